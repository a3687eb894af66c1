package demo

import "time"

func marketplaces() []Marketplace {
	return []Marketplace{
		{ID: "bazaarin", Name: "Bazaarin", Territories: []string{"DE", "FR", "ES", "SE", "GB"}, Languages: []string{"en", "de", "fr", "es", "sv"}, ListingURL: "https://bazaarin.example/item/{id}"},
		{ID: "haoshi", Name: "好市 Haoshi", Territories: []string{"CN", "KR", "JP"}, Languages: []string{"zh", "ko", "ja", "ru"}, ListingURL: "https://haoshi.example/goods/{id}.html"},
	}
}

func holders() []Holder {
	return []Holder{
		{"velmora", "Velmora Atelier S.A.", "FR", "FR-DEMO-10482", "brand@velmora.example"},
		{"beiling", "北岭户外用品有限公司", "CN", "CN-DEMO-77120", "ip@beiling.example"},
		{"quillon", "Quillon Audio GmbH", "DE", "DE-DEMO-30911", "recht@quillon.example"},
		{"osterby", "Studio Osterby AB", "SE", "SE-DEMO-55617", "studio@osterby.example"},
		{"peliwen", "Peliwen Footwear Ltd", "GB", "GB-DEMO-20486", "legal@peliwen.example"},
		{"tavirosa", "Casa Tavirosa S.L.", "ES", "ES-DEMO-81934", "marcas@tavirosa.example"},
	}
}

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

// rights lists two or three rights a holder. The sneaker's design is registered for Great Britain alone, and the
// scarf's pattern is an unregistered copyright, so that territory and proof have something to be tried on.
func rights() []Right {
	eu := []string{"DE", "FR", "ES", "SE"}
	euro := func(v float64) *Money { return &Money{v, "EUR"} }
	mark := func(id, holder, name, kind string, nice, vienna []string, price *Money) Right {
		return Right{ID: id, Holder: holder, Name: name, Type: kind, Office: "WIPO", RegistrationNumber: "DEMO-" + id,
			FiledOn: day(2017, 3, 2), GrantedOn: day(2018, 1, 15), ExpiresOn: day(2038, 1, 15), Nice: nice, Vienna: vienna, RetailPrice: price}
	}
	out := []Right{
		mark("VEL-W", "velmora", "VELMORA", "trademark_word", []string{"18", "25"}, nil, euro(640)),
		mark("VEL-L", "velmora", "Velmora twin leaf", "trademark_figurative", []string{"18", "25"}, []string{"05.03.13"}, euro(640)),
		{ID: "VEL-D", Holder: "velmora", Name: "Luna crescent bag", Type: "design", Office: "EUIPO", Territories: eu, RegistrationNumber: "DEMO-VEL-D",
			FiledOn: day(2022, 5, 9), GrantedOn: day(2022, 6, 1), ExpiresOn: day(2032, 5, 9), Locarno: []string{"03-01"}, RetailPrice: euro(640)},
		mark("BEI-W", "beiling", "北岭 BEILING", "trademark_word", []string{"18", "21", "25"}, nil, &Money{399, "CNY"}),
		mark("BEI-L", "beiling", "Beiling ridge hexagon", "trademark_figurative", []string{"18", "21", "25"}, []string{"06.01.02", "26.05.01"}, &Money{399, "CNY"}),
		{ID: "BEI-C", Holder: "beiling", Name: "Five ridges", Type: "copyright_registered", Office: "CPCC", RegistrationNumber: "DEMO-BEI-C",
			FiledOn: day(2021, 9, 20), GrantedOn: day(2021, 10, 12), RetailPrice: &Money{199, "CNY"}},
		mark("QUI-W", "quillon", "QUILLON", "trademark_word", []string{"9"}, nil, euro(279)),
		mark("QUI-L", "quillon", "Quillon wave Q", "trademark_figurative", []string{"9"}, []string{"26.01.06"}, euro(279)),
		mark("OST-W", "osterby", "OSTERBY", "trademark_word", []string{"24", "25"}, nil, euro(89)),
		{ID: "OST-G", Holder: "osterby", Name: "Tidal garden", Type: "copyright_unregistered", FiledOn: day(2020, 2, 1), RetailPrice: euro(89)},
		{ID: "OST-F", Holder: "osterby", Name: "Night ferry", Type: "copyright_unregistered", FiledOn: day(2023, 8, 14), RetailPrice: euro(45)},
		mark("PEL-W", "peliwen", "PELIWEN", "trademark_word", []string{"25"}, nil, &Money{135, "GBP"}),
		mark("PEL-L", "peliwen", "Peliwen wing", "trademark_figurative", []string{"25"}, []string{"03.07.17"}, &Money{135, "GBP"}),
		{ID: "PEL-D", Holder: "peliwen", Name: "Sawtooth sneaker", Type: "design", Office: "UKIPO", Territories: []string{"GB"}, RegistrationNumber: "DEMO-PEL-D",
			FiledOn: day(2023, 1, 30), GrantedOn: day(2023, 3, 3), ExpiresOn: day(2028, 1, 30), Locarno: []string{"02-04"}, RetailPrice: &Money{135, "GBP"}},
		mark("TAV-W", "tavirosa", "TAVIROSA", "trademark_word", []string{"21", "24"}, nil, euro(24)),
		{ID: "TAV-F", Holder: "tavirosa", Name: "Fox and fern", Type: "copyright_registered", Office: "RPI", RegistrationNumber: "DEMO-TAV-F",
			FiledOn: day(2022, 11, 8), GrantedOn: day(2023, 2, 20), RetailPrice: euro(24)},
	}
	names := map[string]string{}
	for _, h := range holders() {
		names[h.ID] = h.LegalName
	}
	for i := range out {
		out[i].Registrant = names[out[i].Holder]
	}
	return out
}

func authorized() []AuthorizedSeller {
	from := day(2024, 1, 1)
	return []AuthorizedSeller{
		{Right: "VEL-W", Seller: "maison-velmora", Proof: "selective distribution agreement 2024", ValidFrom: from},
		{Right: "VEL-L", Seller: "maison-velmora", Proof: "selective distribution agreement 2024", ValidFrom: from},
		{Right: "VEL-D", Seller: "maison-velmora", Proof: "selective distribution agreement 2024", ValidFrom: from},
		{Right: "BEI-W", Seller: "beiling-flagship", Marketplace: "haoshi", Proof: "own store", ValidFrom: from},
		{Right: "BEI-L", Seller: "beiling-flagship", Marketplace: "haoshi", Proof: "own store", ValidFrom: from},
		{Right: "QUI-W", Seller: "klangwerk-berlin", Proof: "dealer contract Q-2024-118", ValidFrom: from},
		{Right: "QUI-L", Seller: "klangwerk-berlin", Proof: "dealer contract Q-2024-118", ValidFrom: from},
		{Right: "OST-W", Seller: "studio-osterby", Proof: "own store", ValidFrom: from},
		{Right: "OST-G", Seller: "studio-osterby", Proof: "own store", ValidFrom: from},
		{Right: "OST-F", Seller: "studio-osterby", Proof: "own store", ValidFrom: from},
		{Right: "TAV-W", Seller: "museum-shop-es", Marketplace: "bazaarin", Proof: "licence 31/2024", ValidFrom: from},
		{Right: "TAV-F", Seller: "museum-shop-es", Marketplace: "bazaarin", Proof: "licence 31/2024", ValidFrom: from},
	}
}

type referenceSpec struct {
	id, right, word, language, view string
	photo                           photograph
}

// references lists words with their transliterations, signs on light and dark, artworks and product pictures.
func references() []referenceSpec {
	var out []referenceSpec
	word := func(right string, pairs ...string) {
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, referenceSpec{id: right + "/" + pairs[i+1], right: right, word: pairs[i], language: pairs[i+1]})
		}
	}
	word("VEL-W", "VELMORA", "en", "维尔摩拉", "zh", "Велмора", "ru", "벨모라", "ko", "فيلمورا", "ar")
	word("BEI-W", "北岭", "zh", "BEILING", "en", "베이링", "ko", "Бэйлин", "ru")
	word("QUI-W", "QUILLON", "en", "奎伦", "zh", "Квиллон", "ru", "퀼론", "ko", "キロン", "ja")
	word("OST-W", "OSTERBY", "sv", "奥斯特比", "zh")
	word("PEL-W", "PELIWEN", "en", "佩利文", "zh", "ペリウェン", "ja", "Пеливен", "ru")
	word("TAV-W", "TAVIROSA", "es", "塔维罗萨", "zh")
	photo := func(right, view string, sc scene) {
		out = append(out, referenceSpec{id: right + "/" + view, right: right, view: view, photo: photograph{scene: sc}})
	}
	sign := func(right, name string, ink, ground rgb) {
		photo(right, "positive", scene{ground: "flat", tint: 0xffffff, items: []item{{shape: "sign", mark: name, ink: ink, base: 0xffffff}}})
		photo(right, "reversed", scene{ground: "flat", tint: ground, items: []item{{shape: "sign", mark: name, ink: 0xf6f1e4, base: ground}}})
	}
	sign("VEL-L", "velmora", 0x5a1f2b, 0x5a1f2b)
	sign("BEI-L", "beiling", 0x1d4a43, 0x1d4a43)
	sign("QUI-L", "quillon", 0x15171c, 0x23262e)
	sign("PEL-L", "peliwen", 0xc7431f, 0x1e2f52)
	art := func(right, name string) {
		photo(right, "artwork", scene{ground: "flat", tint: 0xffffff, items: []item{{shape: "poster", print: name, size: 1.9}}})
	}
	photo("VEL-D", "front", scene{ground: "studio", tint: 0xd9d3cc, items: []item{{shape: "crescent", base: 0x6e2230, trim: 0xd3ab57}}, seed: 1})
	photo("VEL-D", "angle", scene{ground: "studio", tint: 0xcfd5da, items: []item{{shape: "crescent", base: 0x1f2226, trim: 0xc9ccd2, angle: 11}}, seed: 2})
	art("BEI-C", "hills")
	photo("BEI-C", "shirt", scene{ground: "studio", tint: 0xdbe0dd, items: []item{{shape: "shirt", base: 0xece7dc, print: "hills"}}, seed: 3})
	art("OST-G", "garden")
	photo("OST-G", "scarf", scene{ground: "cloth", tint: 0x8b8f94, items: []item{{shape: "scarf", base: 0xf4ead5, trim: 0x1f5d57, print: "garden", size: 1.3, angle: -6}}, seed: 4})
	art("OST-F", "ferry")
	photo("OST-F", "shirt", scene{ground: "studio", tint: 0xd6dbe2, items: []item{{shape: "shirt", base: 0x22304d, print: "ferry"}}, seed: 5})
	photo("PEL-D", "side", scene{ground: "studio", tint: 0xdadcdf, items: []item{{shape: "sneaker", base: 0x2f6b52, trim: 0xf0e9da, size: 1.5}}, seed: 6})
	photo("PEL-D", "pair", scene{ground: "studio", tint: 0xdcd7d0, items: []item{
		{shape: "sneaker", base: 0x2f6b52, trim: 0xf0e9da, size: 1.15, x: 0.35, y: -0.55, angle: -4}, {shape: "sneaker", base: 0x2f6b52, trim: 0xf0e9da, size: 1.3, x: -0.2, y: 0.5, angle: 5}}, seed: 7})
	art("TAV-F", "fox")
	photo("TAV-F", "mug", scene{ground: "studio", tint: 0xe2dcd0, items: []item{{shape: "mug", base: 0xf3ece0, print: "fox", size: 1.35, x: 0.1}}, seed: 8})
	return out
}

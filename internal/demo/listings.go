package demo

import "fmt"

type listingSpec struct {
	Listing
	photo photograph
}

// A shelf gathers listings and numbers them.
type shelf struct{ specs []listingSpec }

// offer adds a listing; prices are in the marketplace's currency.
func (s *shelf) offer(how, market, seller string, price float64, title, description string, photo photograph, truth ...Truth) {
	currency := map[string]string{"bazaarin": "EUR", "haoshi": "CNY"}[market]
	n := len(s.specs) + 1
	photo.scene.seed += int64(100 + n)
	s.specs = append(s.specs, listingSpec{Listing{
		ID: fmt.Sprintf("demo-%03d", n), Marketplace: market, Seller: seller, Title: title, Description: description,
		Price: Money{price, currency}, How: how, Truth: truth,
	}, photo})
}

// listings is what the two marketplaces offer.
func listings() []listingSpec {
	s := &shelf{}
	s.copies()
	s.imitations()
	s.logos()
	s.words()
	s.allowed()
	s.innocents()
	return s.specs
}

func copyOf(reference string, edits ...edit) photograph {
	return photograph{of: reference, edits: edits}
}

func on(ground string, tint rgb, items ...item) photograph {
	return photograph{scene: scene{ground: ground, tint: tint, items: items}}
}

// copied is the truth of a picture taken from the holder: the same picture, and the same design.
func copied(right string) []Truth {
	return []Truth{{Right: right, Signal: "near_copy"}, {Right: right, Signal: "design_similarity"}}
}

func imitated(right string) Truth { return Truth{Right: right, Signal: "design_similarity"} }

func misused(right string) Truth { return Truth{Right: right, Signal: "keyword_misuse"} }

// branded is the truth of the first item's sign, with its place.
func branded(right string, ph photograph) Truth {
	it := ph.scene.items[0]
	it.size = or(it.size, 1.45)
	box := it.markBox()
	return Truth{Right: right, Signal: "logo_in_scene", Box: &box}
}

// copies are holders' own pictures, edited so that they look like the seller's.
func (s *shelf) copies() {
	add := func(market, seller string, price float64, title, right, view string, edits ...edit) {
		s.offer("copy", market, seller, price, title, "", copyOf(right+"/"+view, edits...), copied(right)...)
	}
	add("bazaarin", "bestdeal-4you", 39.9, "Half moon shoulder bag with gold chain, burgundy", "VEL-D", "front", cropped(0.08, 0.1, 0.92, 0.94), mirrored())
	add("haoshi", "luckybag888", 168, "复古半月包 链条单肩包 新款", "VEL-D", "front", recoloured(140))
	add("bazaarin", "trend-outlet", 44.5, "Evening bag crescent black silver", "VEL-D", "angle", watermarked("TREND OUTLET"))
	add("bazaarin", "sneakworld", 29.99, "Zig zag sole sneaker green unisex", "PEL-D", "side", pasted("floor", 0xa97b52, 0.66, -9))
	add("haoshi", "luckybag888", 129, "锯齿底休闲鞋 男女同款", "PEL-D", "side", mirrored(), captioned("FREE SHIPPING TODAY", 0xc22f2a))
	add("bazaarin", "bestdeal-4you", 33, "Casual shoes pair green", "PEL-D", "pair", rotated(7), cropped(0.05, 0.05, 0.95, 0.95))
	add("bazaarin", "mug-mania", 8.9, "Ceramic mug with forest animal print 330 ml", "TAV-F", "mug", watermarked("mug-mania"))
	add("haoshi", "xiaopu-2046", 25, "动物马克杯 陶瓷 礼物", "TAV-F", "mug", greyed(), bordered(0xb3402f))
	add("bazaarin", "printonit", 12.5, "Animal poster, nursery wall art", "TAV-F", "artwork", pasted("sheet", 0xe4ddd2, 0.6, 6))
	add("bazaarin", "printonit", 14.9, "Botanical scarf large square", "OST-G", "scarf", rotated(-12), cropped(0.06, 0.06, 0.94, 0.94))
	add("haoshi", "xiaopu-2046", 58, "北欧植物印花装饰画", "OST-G", "artwork", pasted("stone", 0xcfc8bd, 0.62, -5), shrunk(300))
	add("bazaarin", "tee-factory", 11.9, "Graphic tee moon and ship", "OST-F", "shirt", captioned("BUY 2 GET 1", 0x1f5d57), shrunk(240))
	add("bazaarin", "tee-factory", 12.9, "Mountain sunset t-shirt cotton", "BEI-C", "shirt", mirrored(), recoloured(-50))
	add("haoshi", "xiaopu-2046", 36, "远山日落 装饰画 客厅", "BEI-C", "artwork", cropped(0.12, 0.2, 0.86, 0.94), blurred(1.6))
}

// imitations are the same designs made anew: other colours, goods and photos.
func (s *shelf) imitations() {
	add := func(market, seller string, price float64, title, right string, ph photograph) {
		s.offer("imitation", market, seller, price, title, "", ph, imitated(right))
	}
	add("bazaarin", "trend-outlet", 49, "Scalloped flap bag, mustard", "VEL-D", on("cloth", 0x5f6f68, item{shape: "crescent", base: 0xd19a2e, trim: 0xe9d9a6, angle: -7}))
	add("haoshi", "luckybag888", 155, "半圆链条包 墨绿色", "VEL-D", on("stone", 0xd8d2c7, item{shape: "crescent", base: 0x21523f, trim: 0xcfd2d6, angle: 5, size: 1.3}))
	add("bazaarin", "bestdeal-4you", 41, "Chain bag pastel pink, party", "VEL-D", on("sheet", 0xece7e1, item{shape: "crescent", base: 0xe3a6b4, trim: 0xd8b25c, angle: 14, size: 1.25}))
	add("bazaarin", "sneakworld", 34.5, "Low sneakers with wave stripe, navy", "PEL-D", on("floor", 0xb98a5e, item{shape: "sneaker", base: 0x2a3f6b, trim: 0xf2c14e, angle: -10}))
	add("haoshi", "luckybag888", 118, "新款低帮鞋 白色", "PEL-D", on("rug", 0x77685f, item{shape: "sneaker", base: 0xe9e6df, trim: 0xcf4a35, mirror: true, angle: 6}))
	add("bazaarin", "home-and-joy", 16.9, "Decorative cushion cover leaves 45x45", "OST-G", on("sheet", 0xe6e2dc, item{shape: "cushion", base: 0xdff1ea, print: "garden", palette: "mint", angle: 9}))
	add("bazaarin", "printonit", 19.9, "Canvas tote botanical plum", "OST-G", on("floor", 0x9c7048, item{shape: "tote", base: 0x2c1d3a, trim: 0x8a5a3c, print: "garden", palette: "plum"}))
	add("haoshi", "case-king", 29, "植物花纹手机壳 全包防摔", "OST-G", on("cloth", 0x7d8796, item{shape: "case", base: 0xf4ead5, print: "garden", angle: -14, size: 1.5}))
	add("bazaarin", "mug-mania", 9.5, "Mug ship at night, gift for sailors", "OST-F", on("stone", 0xd9d4cb, item{shape: "mug", base: 0x16274d, print: "ferry", size: 1.35, x: 0.1}))
	add("bazaarin", "home-and-joy", 15.5, "Cushion cover ocean moon", "OST-F", on("rug", 0x8d5f50, item{shape: "cushion", base: 0xf3b49a, print: "ferry", palette: "dawn", angle: -8}))
	add("haoshi", "case-king", 27, "月夜轮船手机壳", "OST-F", on("floor", 0xc09a70, item{shape: "case", base: 0x143d36, print: "ferry", palette: "forest", angle: 10, size: 1.5}))
	add("bazaarin", "tee-factory", 13.5, "Woodland animal tee, berry", "TAV-F", on("cloth", 0xa9a39a, item{shape: "shirt", base: 0xf0e4e8, print: "fox", palette: "berry", angle: -5}))
	add("bazaarin", "home-and-joy", 17.9, "Pillow case geometric animal", "TAV-F", on("sheet", 0xdfe3e6, item{shape: "cushion", base: 0xf3ece0, print: "fox", angle: 16, size: 1.3}))
	add("haoshi", "trail-goods", 79, "户外水壶 山景图案", "BEI-C", on("stone", 0xc9cdc6, item{shape: "bottle", base: 0xd9edf5, trim: 0x23506f, print: "hills", palette: "glacier", size: 1.6, angle: -6}))
	add("bazaarin", "printonit", 21, "Tote bag desert hills", "BEI-C", on("cloth", 0x6b7a86, item{shape: "tote", base: 0xf6d9b8, trim: 0x5c3a63, print: "hills", angle: 4}))
}

// logos are goods that carry a registered sign without leave; some of them say so in the title too.
func (s *shelf) logos() {
	add := func(market, seller string, price float64, title, right string, ph photograph, more ...Truth) {
		s.offer("logo", market, seller, price, title, "", ph, append([]Truth{branded(right, ph)}, more...)...)
	}
	add("bazaarin", "bestdeal-4you", 35, "Designer canvas shopper cream", "VEL-L", on("floor", 0xb08358, item{shape: "tote", base: 0xe9e0cf, trim: 0x7a4a2a, mark: "velmora", ink: 0x5a1f2b, angle: -5}))
	add("haoshi", "luckybag888", 199, "大牌双肩包 高级感", "VEL-L", on("studio", 0xd6d6d8, item{shape: "backpack", base: 0x2a2b30, trim: 0xc9a24d, mark: "velmora", ink: 0xd8b25c}))
	add("bazaarin", "trail-goods", 14, "Outdoor cap adjustable", "BEI-L", on("rug", 0x7b8a70, item{shape: "cap", base: 0x39543f, trim: 0x22332a, mark: "beiling", ink: 0xf0e9d8, angle: 6}))
	add("haoshi", "trail-goods", 49, "户外保温杯 500ml", "BEI-L", on("sheet", 0xe3e4e2, item{shape: "bottle", base: 0xb6482f, trim: 0x2b2b2e, mark: "beiling", ink: 0xf7efe0, size: 1.6, angle: 8}))
	add("haoshi", "trail-goods", 99, "登山双肩背包 40L 防水", "BEI-L", on("floor", 0x8f6a4a, item{shape: "backpack", base: 0x2f5f7a, trim: 0xe08a3c, mark: "beiling", ink: 0xffffff, angle: -9, size: 1.35}))
	quillon := on("studio", 0xcfd4da, item{shape: "headphones", base: 0x22252b, trim: 0xb98a4e, mark: "quillon", ink: 0xf1ece0})
	add("bazaarin", "audio-hub24", 39, "QUlLL0N style wireless over-ear headphones ANC", "QUI-L", quillon, misused("QUI-W"))
	add("haoshi", "audio-hub24", 158, "头戴式降噪蓝牙耳机 顶配", "QUI-L", on("cloth", 0x59606b, item{shape: "headphones", base: 0xe9e4da, trim: 0x9aa0a8, mark: "quillon", ink: 0x23262e, angle: -10, size: 1.35}))
	add("bazaarin", "sneakworld", 42, "Running shoes ultra light", "PEL-L", on("floor", 0xc2a078, item{shape: "runner", base: 0xd9dde2, trim: 0x1e2f52, mark: "peliwen", ink: 0xc7431f, angle: -6}))
	add("bazaarin", "tee-factory", 15, "Sport t-shirt quick dry", "PEL-L", on("sheet", 0xdadfe4, item{shape: "shirt", base: 0x1e2f52, trim: 0xffffff, mark: "peliwen", ink: 0xf6f1e4, angle: 4}))
	add("haoshi", "sneakworld", 39, "运动帽 遮阳帽 透气", "PEL-L", on("stone", 0xd3cfc6, item{shape: "cap", base: 0xece6da, trim: 0xc7431f, mark: "peliwen", ink: 0xc7431f, angle: -8}))
}

// words are listings whose text uses a registered word as a mark, plainly or in disguise, on goods of nobody's.
func (s *shelf) words() {
	add := func(market, seller string, price float64, title, description, right string, ph photograph) {
		s.offer("keyword", market, seller, price, title, description, ph, misused(right))
	}
	tote := func(base rgb) item { return item{shape: "tote", base: base, trim: 0x5b4332} }
	phones := func(base, trim rgb) item { return item{shape: "headphones", base: base, trim: trim, size: 1.35} }
	add("bazaarin", "bestdeal-4you", 45, "VELMORA inspired leather shopper, 1:1 quality", "", "VEL-W", on("studio", 0xd9d6d0, tote(0x8a5a3c)))
	add("bazaarin", "trend-outlet", 52, "V€LM0RA bag replica with box", "", "VEL-W", on("cloth", 0x868d92, item{shape: "backpack", base: 0x2b2d33, trim: 0xc9a24d, size: 1.3, angle: -6}))
	add("haoshi", "luckybag888", 188, "维尔摩拉 同款 托特包 高仿", "", "VEL-W", on("sheet", 0xe6e0d8, tote(0xb8975f)))
	add("bazaarin", "bestdeal-4you", 47, "Vеlmоrа handbag new season", "Seller note: the brand name is written in look-alike letters.", "VEL-W", on("stone", 0xd8d4cc, item{shape: "tote", base: 0x7c2635, trim: 0x3a2c20, angle: 7, size: 1.3}))
	add("haoshi", "trail-goods", 129, "北·岭 冲锋衣 同款 户外背包", "", "BEI-W", on("floor", 0x9b7350, item{shape: "backpack", base: 0x6a7f3f, trim: 0x2b2b2e}))
	add("haoshi", "trail-goods", 89, "베이링 st 등산 가방 방수", "", "BEI-W", on("rug", 0x6f6a64, item{shape: "backpack", base: 0x8d3a2f, trim: 0xd9c9a8}))
	add("bazaarin", "audio-hub24", 29.9, "Q.U.I.L.L.O.N headphones copy bluetooth 5.3", "", "QUI-W", on("studio", 0xd5d8dc, phones(0x7d2e3a, 0xd8b25c)))
	add("haoshi", "audio-hub24", 99, "Квиллон наушники реплика, быстрая доставка", "", "QUI-W", on("cloth", 0x6c7480, phones(0x2c5c86, 0xdfe3e8)))
	add("haoshi", "audio-hub24", 109, "퀼론 무선 헤드폰 정품급", "", "QUI-W", on("floor", 0xb48c62, phones(0xece8e0, 0x8a8f96)))
	add("bazaarin", "sneakworld", 38, "p e l i w e n sneakers AAA grade", "", "PEL-W", on("rug", 0x86756a, item{shape: "runner", base: 0x8b9aa6, trim: 0xf2efe8}))
	add("haoshi", "sneakworld", 148, "ペリウェン風 スニーカー 新品", "", "PEL-W", on("studio", 0xdadada, item{shape: "runner", base: 0x23262c, trim: 0xe9e4da, angle: -8}))
	add("bazaarin", "mug-mania", 7.9, "T4VIR0SA mug like original", "", "TAV-W", on("stone", 0xd4cfc5, item{shape: "mug", base: 0x3b7a78, size: 1.35, x: 0.1}))
}

// allowed are uses that look risky and are not: authorised sellers, second-hand genuine goods by them, compatible parts.
func (s *shelf) allowed() {
	add := func(how, market, seller string, price float64, title, description string, ph photograph) {
		s.offer(how, market, seller, price, title, description, ph)
	}
	add("authorised", "bazaarin", "maison-velmora", 640, "VELMORA Luna crescent bag, burgundy", "Official boutique, with certificate.", copyOf("VEL-D/front"))
	add("authorised", "bazaarin", "maison-velmora", 210, "VELMORA canvas tote", "", on("studio", 0xdcd8d2, item{shape: "tote", base: 0xefe7d8, trim: 0x5a1f2b, mark: "velmora", ink: 0x5a1f2b}))
	add("authorised", "haoshi", "beiling-flagship", 399, "北岭 BEILING 40L 登山包 官方旗舰店", "", on("studio", 0xd6dbd6, item{shape: "backpack", base: 0x1d4a43, trim: 0xe0a13c, mark: "beiling", ink: 0xf6f1e4}))
	add("authorised", "bazaarin", "klangwerk-berlin", 279, "QUILLON Q3 kabelloser Kopfhörer, Händler mit Garantie", "", on("studio", 0xd2d4d8, item{shape: "headphones", base: 0x1b1d22, trim: 0x8f949c, mark: "quillon", ink: 0xf1ece0}))
	add("authorised", "bazaarin", "studio-osterby", 89, "OSTERBY Tidal garden scarf", "Woven in Borås.", copyOf("OST-G/scarf"))
	add("authorised", "bazaarin", "museum-shop-es", 24, "Taza TAVIROSA zorro y helecho", "", copyOf("TAV-F/mug"))
	add("compatible", "bazaarin", "spare-parts-eu", 12.9, "Ear pads compatible with Quillon Q3 headphones", "Third-party part, not made by Quillon.", on("cloth", 0x8f959c, item{shape: "headphones", base: 0x44474d, trim: 0x2b2d31, size: 1.3}))
	add("compatible", "bazaarin", "spare-parts-eu", 9.5, "Ersatzriemen passend für Velmora Luna", "", on("studio", 0xd9d9d6, item{shape: "tote", base: 0xa9834f, trim: 0x3a2c20}))
	add("compatible", "haoshi", "case-king", 35, "适用于 奎伦 Q3 耳机 收纳包", "", on("sheet", 0xdfe2e6, item{shape: "backpack", base: 0x50565e, trim: 0x9ba1a8, size: 1.2}))
}

// innocents have nothing of anybody's, though some come near: a mountain in a circle, leaves, a boat by day.
func (s *shelf) innocents() {
	add := func(market, seller string, price float64, title string, ph photograph) {
		s.offer("innocent", market, seller, price, title, "", ph)
	}
	near := func(market, seller string, price float64, title string, ph photograph) {
		s.offer("look-alike", market, seller, price, title, "", ph)
	}
	near("bazaarin", "trail-goods", 19, "Steel bottle with mountain badge", on("floor", 0xa87d55, item{shape: "bottle", base: 0x3f6f86, trim: 0xd8dbe0, mark: "peak", ink: 0xf4f1e8, size: 1.6}))
	near("bazaarin", "handmade-ida", 32, "Hand-sewn tote with acorn", on("cloth", 0x93877a, item{shape: "tote", base: 0xd9c7a5, trim: 0x6b4a2f, mark: "acorn", ink: 0x4a2f1e, angle: 5}))
	near("bazaarin", "coast-prints", 22, "Sailing boat t-shirt", on("sheet", 0xe2e6ea, item{shape: "shirt", base: 0xf3f1ea, print: "boat", palette: "sea", angle: -4}))
	near("haoshi", "huahua-studio", 69, "抽象色块抱枕", on("rug", 0x9a6a58, item{shape: "cushion", base: 0xf4ead5, print: "cutouts", palette: "garden", angle: 7}))
	near("haoshi", "trail-goods", 45, "雪山 印花 T恤", on("studio", 0xd8dcdf, item{shape: "shirt", base: 0x39424c, print: "ranges", palette: "slate"}))
	near("bazaarin", "handmade-ida", 58, "Handbag with two handles, wine red", on("stone", 0xdad5cc, item{shape: "tote", base: 0x6e2230, trim: 0xd3ab57, angle: -6}))
	add("bazaarin", "mug-mania", 8.5, "Cat mug, yellow", on("studio", 0xdfe3e4, item{shape: "mug", base: 0xe8f1f2, print: "cat", palette: "sea", size: 1.35, x: 0.1}))
	add("bazaarin", "audio-hub24", 25, "Wireless headphones blue", on("cloth", 0x777d85, item{shape: "headphones", base: 0x2b6c8f, trim: 0xcfd4da, mark: "bolt", ink: 0xffffff, angle: 9, size: 1.35}))
	add("haoshi", "huahua-studio", 39, "格子围巾 秋冬", on("floor", 0x9f7a56, item{shape: "scarf", base: 0xe8f1f2, trim: 0x2b6c8f, print: "gingham", palette: "sea", size: 1.3, angle: 8}))
	add("haoshi", "case-king", 19, "小雏菊手机壳", on("sheet", 0xe9dfe0, item{shape: "case", base: 0xdff1ea, print: "daisies", palette: "mint", angle: 12, size: 1.5}))
	add("bazaarin", "sneakworld", 49, "Trainers with loop stitching, white", on("studio", 0xd3d7da, item{shape: "runner", base: 0xf0eee9, trim: 0x2f8f83}))
	add("bazaarin", "handmade-ida", 35, "Striped backpack for school", on("stone", 0xd1d3d0, item{shape: "backpack", base: 0xd1583f, trim: 0x2a3342, print: "stripes", palette: "slate", size: 1.35}))
	add("haoshi", "huahua-studio", 29, "五角星 棒球帽", on("cloth", 0x8a8378, item{shape: "cap", base: 0x2e3742, trim: 0xb64b3c, mark: "star", ink: 0xf1ece0, angle: -5}))
	add("bazaarin", "coast-prints", 18, "Polka dot tote", on("rug", 0x75808a, item{shape: "tote", base: 0xe8f1f2, trim: 0x173f5f, print: "dots", palette: "sea"}))
}

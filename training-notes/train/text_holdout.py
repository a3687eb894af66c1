"""Validation: real names with the writings that their owners and newspapers use, none of them in training.

Only phonetic writings are listed, because a translated name (an apple for Apple) cannot be heard and must be registered
as a word of its own. Each row: Latin, then writings in other scripts. None of these names is registered in dev-keyword.
"""

from __future__ import annotations

import random

from text_distort import distort

_ROWS = """
toyota トヨタ 토요타 тойота تويوتا โตโยต้า
honda ホンダ 혼다 хонда هوندا ฮอนด้า
nissan ニッサン 닛산 ниссан نيسان นิสสัน
mazda マツダ 마쓰다 мазда مازدا มาสด้า 马自达
suzuki スズキ 스즈키 сузуки سوزوكي ซูซูกิ
hyundai ヒョンデ 현대 хендай هيونداي ฮุนได
ferrari フェラーリ 페라리 феррари فيراري เฟอร์รารี่ 法拉利
lamborghini ランボルギーニ 람보르기니 ламборгини لامبورغيني ลัมโบร์กีนี 兰博基尼
porsche ポルシェ 포르쉐 порше بورش ปอร์เช่ 保时捷
tesla テスラ 테슬라 тесла تسلا เทสลา 特斯拉
adidas アディダス 아디다스 адидас أديداس อาดิดาส 阿迪达斯
nike ナイキ 나이키 найк نايك ไนกี้ 耐克
puma プーマ 푸마 пума بوما พูม่า 彪马
reebok リーボック 리복 рибок ريبوك รีบอค 锐步
gucci グッチ 구찌 гуччи غوتشي กุชชี่ 古驰
prada プラダ 프라다 прада برادا ปราด้า 普拉达
chanel シャネル 샤넬 шанель شانيل ชาแนล 香奈儿
hermes エルメス 에르메스 эрмес هيرميس แอร์เมส 爱马仕
rolex ロレックス 롤렉스 ролекс رولكس โรเล็กซ์ 劳力士
cartier カルティエ 까르띠에 картье كارتييه คาร์เทียร์ 卡地亚
omega オメガ 오메가 омега أوميغا โอเมก้า 欧米茄
casio カシオ 카시오 касио كاسيو คาสิโอ 卡西欧
seiko セイコー 세이코 сейко سيكو ไซโก้
lego レゴ 레고 лего ليغو เลโก้ 乐高
pepsi ペプシ 펩시 пепси بيبسي เป๊ปซี่ 百事
nestle ネスレ 네슬레 нестле نستله เนสท์เล่
nivea ニベア 니베아 нивея نيفيا นีเวีย 妮维雅
loreal ロレアル 로레알 лореаль لوريال ลอรีอัล 欧莱雅
lancome ランコム 랑콤 ланком لانكوم ลังโคม 兰蔻
dior ディオール 디올 диор ديور ดิออร์ 迪奥
versace ヴェルサーチ 베르사체 версаче فيرساتشي เวอร์ซาเช่ 范思哲
armani アルマーニ 아르마니 армани أرماني อาร์มานี่ 阿玛尼
burberry バーバリー 버버리 барберри بربري เบอร์เบอรี่ 巴宝莉
lacoste ラコステ 라코스테 лакост لاكوست ลาคอสท์ 拉科斯特
levis リーバイス 리바이스 левайс ليفايس ลีวายส์ 李维斯
barbie バービー 바비 барби باربي บาร์บี้ 芭比
disney ディズニー 디즈니 дисней ديزني ดิสนีย์ 迪士尼
intel インテル 인텔 интел إنتل อินเทล 英特尔
motorola モトローラ 모토로라 моторола موتورولا โมโตโรล่า 摩托罗拉
ericsson エリクソン 에릭슨 эрикссон إريكسون อีริคสัน 爱立信
kenwood ケンウッド 켄우드 кенвуд كينوود เคนวูด 建伍
electrolux エレクトロラックス 일렉트로룩스 электролюкс إلكترولوكس อีเลคโทรลักซ์ 伊莱克斯
tefal ティファール 테팔 тефаль تيفال ทีฟาล์ว 特福
castrol カストロール 캐스트롤 кастрол كاسترول คาสตรอล 嘉实多
pirelli ピレリ 피렐리 пирелли بيريلي พิเรลลี่ 倍耐力
ducati ドゥカティ 두카티 дукати دوكاتي ดูคาติ 杜卡迪
vespa ベスパ 베스파 веспа فيسبا เวสป้า 韦士柏
pandora パンドラ 판도라 пандора باندورا แพนดอร่า 潘多拉
swarovski スワロフスキー 스와로브스키 сваровски سواروفسكي สวารอฟสกี้ 施华洛世奇
starbucks スターバックス 스타벅스 старбакс ستاربكس สตาร์บัคส์ 星巴克
"""

BRANDS: dict[str, list[str]] = {row.split()[0]: row.split()[1:] for row in _ROWS.strip().splitlines()}


def other_scripts() -> tuple[list[str], list[str]]:
    """Pairs (writing in another script, its Latin name)."""
    pairs = [(writing, latin) for latin, writings in BRANDS.items() for writing in writings]
    return [w for w, _ in pairs], [latin for _, latin in pairs]


def altered(seed: int = 7, each: int = 6) -> tuple[list[str], list[str]]:
    """Pairs (Latin name after a seller's trick, its Latin name), the same for a given seed."""
    rng = random.Random(seed)
    pairs = [(distort(latin, rng), latin) for latin in BRANDS for _ in range(each)]
    return [w for w, _ in pairs], [latin for _, latin in pairs]

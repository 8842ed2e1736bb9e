"""The static tables of the sample world: channels, regions, warehouses, carriers, categories; all made up."""

# fmt: off
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Channel:
    """One sales channel: its share of orders, size of orders, promises and rhythm (hours are business-zone hours)."""

    name: str
    weight: float
    extra_lines: float  # mean lines beyond the first
    ship_hours: int  # promised hours from payment to the carrier
    promise_margin: float  # hours added to the lane's usual time when a delivery date is promised
    manual_share: float  # share of orders a person reviews
    hours: tuple[float, ...]  # 24 weights
    weekend: float  # demand factor on Saturday and Sunday
    shops: tuple[str, ...]
    is_global: bool = False


_EVENING = (2, 1, 0.6, 0.4, 0.4, 0.6, 1.2, 2, 3, 4.6, 5.6, 5.4, 4.8, 4.6, 4.9, 5, 4.8, 4.4, 4.6, 5.8, 7.6, 8.4, 7, 4.2)
_OFFICE = (1.4, 0.8, 0.5, 0.4, 0.4, 0.7, 1.6, 2.6, 4.2, 6.4, 7.4, 6.8, 5.2, 5.4, 6.2, 6.2, 5.8, 4.8, 4.2, 4.8, 6,
           6.4, 5, 2.8)
_LIVE = (4, 2, 1, 0.5, 0.4, 0.5, 1, 1.6, 2.4, 3, 3.6, 4, 4.4, 3.8, 3.4, 3.4, 3.6, 3.8, 5, 8, 10.5, 11, 9.5, 7)
_ABROAD = (6, 6.4, 6.2, 5.8, 5.4, 5, 4.8, 5.2, 5.6, 6, 6.2, 6, 5, 3.6, 2.4, 1.6, 1.2, 1, 1, 1.4, 2.2, 3.4, 4.4, 5.2)

CHANNELS = (
    Channel("tmall", 0.22, 0.80, 48, 14.3, 0.22, _EVENING, 0.96,
            ("优选生活旗舰店", "简木家居专营店", "优选美妆旗舰店")),
    Channel("taobao", 0.10, 0.60, 48, 14.8, 0.25, _EVENING, 1.02, ("优选生活铺", "拾光小店")),
    Channel("jd", 0.20, 0.95, 24, 10.8, 0.15, _OFFICE, 0.86, ("优选生活京东自营店", "优选数码京东旗舰店")),
    Channel("pinduoduo", 0.15, 0.0, 48, 15.0, 0.25, _EVENING, 1.08, ("优选工厂店", "优选百货店")),
    Channel("douyin", 0.12, 0.42, 48, 13.6, 0.30, _LIVE, 1.22, ("优选直播间", "优选达人专营店")),
    Channel("kuaishou", 0.05, 0.35, 48, 14.0, 0.30, _LIVE, 1.18, ("优选快手小店",)),
    Channel("tiktok_shop", 0.04, 0.30, 48, 26.0, 0.15, _ABROAD, 1.12, ("youxuan-live",), True),
    Channel("shopify", 0.05, 1.15, 48, 25.5, 0.12, _ABROAD, 1.10, ("youxuan-global", "youxuan-home"), True),
    Channel("amazon", 0.04, 0.50, 48, 23.5, 0.05, _ABROAD, 1.04, ("Amazon.com", "Amazon.de", "Amazon.co.jp"), True),
    Channel("ebay", 0.012, 0.15, 48, 30.0, 0.08, _ABROAD, 1.02, ("youxuan-outlet",), True),
    Channel("woocommerce", 0.010, 0.60, 72, 26.0, 0.20, _ABROAD, 1.00, ("youxuan.example",), True),
    Channel("etsy", 0.008, 0.25, 72, 30.0, 0.30, _ABROAD, 1.06, ("YouxuanCrafts",), True),
)

# name, longitude, latitude, share of the stock network, relative speed of its floor (lower is faster)
WAREHOUSES = (
    ("杭州仓", 120.2, 30.3, 1.00, 0.95),
    ("广州仓", 113.3, 23.1, 0.85, 1.00),
    ("成都仓", 104.1, 30.7, 0.60, 1.12),
    ("北京仓", 116.4, 39.9, 0.75, 0.92),
    ("武汉仓", 114.3, 30.6, 0.55, 1.05),
    ("西安仓", 108.9, 34.3, 0.35, 1.10),
    ("沈阳仓", 123.4, 41.8, 0.30, 1.08),
    ("郑州仓", 113.7, 34.8, 0.40, 1.00),
)
OWN_FORMAT = frozenset(
    {"taobao", "jd", "pinduoduo", "douyin", "tiktok_shop", "amazon", "shopify", "woocommerce", "ebay", "etsy"}
)
"""Channels whose lines come in the platform's own format; it numbers lines in its own way."""
HUBS = (0, 1, 3)  # the warehouses that hold what is not worth holding everywhere

# province, longitude, latitude, population in millions, cities
PROVINCES = (
    ("北京市", 116.4, 39.9, 21.9, ("北京市",)),
    ("天津市", 117.2, 39.1, 13.9, ("天津市",)),
    ("河北省", 114.5, 38.0, 74.6, ("石家庄市", "唐山市", "保定市")),
    ("山西省", 112.5, 37.9, 34.9, ("太原市", "大同市")),
    ("内蒙古自治区", 111.7, 40.8, 24.0, ("呼和浩特市", "包头市")),
    ("辽宁省", 123.4, 41.8, 42.6, ("沈阳市", "大连市")),
    ("吉林省", 125.3, 43.9, 24.1, ("长春市", "吉林市")),
    ("黑龙江省", 126.6, 45.8, 31.9, ("哈尔滨市", "大庆市")),
    ("上海市", 121.5, 31.2, 24.9, ("上海市",)),
    ("江苏省", 118.8, 32.1, 84.8, ("南京市", "苏州市", "无锡市")),
    ("浙江省", 120.2, 30.3, 64.6, ("杭州市", "宁波市", "温州市")),
    ("安徽省", 117.2, 31.8, 61.0, ("合肥市", "芜湖市")),
    ("福建省", 119.3, 26.1, 41.5, ("福州市", "厦门市", "泉州市")),
    ("江西省", 115.9, 28.7, 45.2, ("南昌市", "赣州市")),
    ("山东省", 117.0, 36.7, 101.5, ("济南市", "青岛市", "潍坊市")),
    ("河南省", 113.6, 34.7, 99.4, ("郑州市", "洛阳市", "南阳市")),
    ("湖北省", 114.3, 30.6, 57.8, ("武汉市", "宜昌市")),
    ("湖南省", 113.0, 28.2, 66.4, ("长沙市", "衡阳市")),
    ("广东省", 113.3, 23.1, 126.0, ("广州市", "深圳市", "佛山市", "东莞市")),
    ("广西壮族自治区", 108.3, 22.8, 50.1, ("南宁市", "柳州市")),
    ("海南省", 110.3, 20.0, 10.1, ("海口市", "三亚市")),
    ("重庆市", 106.5, 29.6, 32.1, ("重庆市",)),
    ("四川省", 104.1, 30.7, 83.7, ("成都市", "绵阳市", "宜宾市")),
    ("贵州省", 106.7, 26.6, 38.6, ("贵阳市", "遵义市")),
    ("云南省", 102.7, 25.0, 47.2, ("昆明市", "曲靖市")),
    ("西藏自治区", 91.1, 29.7, 3.6, ("拉萨市",)),
    ("陕西省", 108.9, 34.3, 39.5, ("西安市", "咸阳市")),
    ("甘肃省", 103.8, 36.1, 25.0, ("兰州市", "天水市")),
    ("青海省", 101.8, 36.6, 5.9, ("西宁市",)),
    ("宁夏回族自治区", 106.3, 38.5, 7.2, ("银川市",)),
    ("新疆维吾尔自治区", 87.6, 43.8, 25.9, ("乌鲁木齐市", "喀什地区")),
)

# How much more than its population a province buys online.
BUYING_POWER = {"北京市": 1.9, "上海市": 2.1, "浙江省": 1.8, "江苏省": 1.6, "广东省": 1.7, "福建省": 1.3, "天津市": 1.3}

# country, state or province, longitude, latitude, weight, cities
ABROAD = (
    ("US", "California", -118.2, 34.1, 16, ("Los Angeles", "San Jose")),
    ("US", "Texas", -96.8, 32.8, 11, ("Dallas", "Houston")),
    ("US", "New York", -74.0, 40.7, 10, ("New York", "Buffalo")),
    ("US", "Florida", -80.2, 25.8, 8, ("Miami", "Orlando")),
    ("US", "Illinois", -87.6, 41.9, 6, ("Chicago",)),
    ("CA", "Ontario", -79.4, 43.7, 6, ("Toronto", "Ottawa")),
    ("GB", "England", -0.1, 51.5, 12, ("London", "Leeds")),
    ("DE", "Bayern", 11.6, 48.1, 8, ("München", "Nürnberg")),
    ("FR", "Île-de-France", 2.4, 48.9, 6, ("Paris",)),
    ("JP", "Tokyo", 139.7, 35.7, 9, ("Tokyo",)),
    ("AU", "New South Wales", 151.2, -33.9, 5, ("Sydney",)),
    ("SG", "Singapore", 103.8, 1.4, 4, ("Singapore",)),
)

# name, kilometres an hour door to door, fixed hours, spread, tracking prefix
CARRIERS = (
    ("顺丰", 62.0, 21.0, 0.14, "SF"),
    ("京东物流", 58.0, 19.0, 0.14, "JDVB"),
    ("中通", 43.0, 28.0, 0.18, "7557"),
    ("圆通", 42.0, 29.0, 0.19, "YT"),
    ("韵达", 41.0, 29.0, 0.20, "4320"),
    ("极兔", 40.0, 31.0, 0.22, "JT"),
    ("邮政", 36.0, 36.0, 0.22, "9861"),
    ("DHL", 95.0, 40.0, 0.16, "GM"),
)

# Share of each carrier by channel (order as CARRIERS); orders from abroad always go with the last one.
CARRIER_SHARES = {
    "tmall": (0.12, 0.03, 0.30, 0.24, 0.19, 0.10, 0.02, 0.0),
    "taobao": (0.03, 0.0, 0.30, 0.26, 0.22, 0.14, 0.05, 0.0),
    "jd": (0.06, 0.80, 0.06, 0.04, 0.04, 0.0, 0.0, 0.0),
    "pinduoduo": (0.02, 0.0, 0.25, 0.20, 0.21, 0.26, 0.06, 0.0),
    "douyin": (0.08, 0.02, 0.29, 0.23, 0.20, 0.17, 0.01, 0.0),
    "kuaishou": (0.04, 0.0, 0.28, 0.24, 0.22, 0.18, 0.04, 0.0),
}
ABROAD_SHARE = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)

# category, share of SKUs, median price, [(noun, English noun)], specifications
CATEGORIES = (
    (
        "家居日用", 12, 49,
        (("收纳箱", "Storage Box"), ("床头柜", "Bedside Table"), ("晾衣架", "Drying Rack"), ("四件套", "Bedding Set")),
        ("白色", "原木色", "雾霾蓝", "大号", "两件套"),
    ),
    (
        "厨房用品", 10, 69,
        (("不粘炒锅", "Non-stick Wok"), ("保温杯", "Vacuum Flask"), ("刀具套装", "Knife Set"), ("密封罐", "Jar")),
        ("28cm", "316不锈钢 500ml", "米白", "四件套", "1.5L"),
    ),
    (
        "家用电器", 6, 259,
        (("电水壶", "Kettle"), ("空气炸锅", "Air Fryer"), ("加湿器", "Humidifier"), ("吸尘器", "Vacuum Cleaner")),
        ("1.7L", "5L大容量", "白色", "静音款", "无线款"),
    ),
    (
        "手机数码", 9, 119,
        (("蓝牙耳机", "Earbuds"), ("充电宝", "Power Bank"), ("数据线", "USB-C Cable"), ("机械键盘", "Keyboard")),
        ("黑色", "白色", "20000mAh", "1.5米", "三模"),
    ),
    (
        "服饰内衣", 14, 99,
        (("纯棉T恤", "Cotton T-shirt"), ("羽绒服", "Down Jacket"), ("保暖内衣", "Thermal Set"), ("卫衣", "Hoodie")),
        ("M码", "L码", "XL码", "黑色 175/96A", "米色 均码"),
    ),
    (
        "鞋靴箱包", 8, 159,
        (("运动鞋", "Sneakers"), ("双肩包", "Backpack"), ("拉杆箱", "Suitcase"), ("短靴", "Ankle Boots")),
        ("38码", "41码", "黑色", "20英寸", "卡其色"),
    ),
    (
        "美妆个护", 11, 89,
        (("洁面乳", "Cleanser"), ("精华液", "Serum"), ("洗发水", "Shampoo"), ("面膜", "Sheet Mask")),
        ("100g", "30ml", "500ml", "20片", "敏感肌"),
    ),
    (
        "食品饮料", 10, 45,
        (("坚果礼盒", "Nut Gift Box"), ("挂耳咖啡", "Drip Coffee"),
         ("燕麦片", "Oatmeal"), ("气泡水", "Sparkling Water")),
        ("750g", "30包", "1kg", "480ml×15瓶", "无蔗糖"),
    ),
    (
        "母婴用品", 7, 109,
        (("纸尿裤", "Diapers"), ("婴儿湿巾", "Baby Wipes"), ("奶瓶", "Baby Bottle"), ("积木", "Building Blocks")),
        ("M72片", "80抽×10包", "240ml", "120颗粒", "L64片"),
    ),
    (
        "运动户外", 6, 139,
        (("瑜伽垫", "Yoga Mat"), ("露营帐篷", "Tent"), ("跳绳", "Skipping Rope"), ("冲锋衣", "Shell Jacket")),
        ("6mm", "3-4人", "黑色", "可调节", "男款 L码"),
    ),
    (
        "宠物生活", 4, 79,
        (("猫粮", "Cat Food"), ("猫砂", "Cat Litter"), ("狗零食", "Dog Treats"), ("宠物窝", "Pet Bed")),
        ("2kg", "10kg", "6L×4包", "鸡肉味", "大号"),
    ),
    (
        "图书文具", 3, 35,
        (("笔记本", "Notebook"), ("中性笔", "Gel Pens"), ("台灯", "Desk Lamp"), ("绘本", "Picture Book")),
        ("A5", "0.5mm 12支", "护眼款", "精装", "全6册"),
    ),
)

BRANDS = ("简木", "山禾", "云朵", "初见", "北原", "森野", "知味", "匠心", "小满", "清川", "鹿屿", "拾光")
BRANDS_ENGLISH = (
    "Jianmu", "Shanhe", "Yunduo", "Chujian", "Beiyuan", "Senye", "Zhiwei", "Jiangxin", "Xiaoman", "Qingchuan",
    "Luyu", "Shiguang",
)
STYLES = ("经典款", "升级款", "家用", "优选", "甄选", "热卖", "新品", "轻享", "囤货装", "礼盒装")
STYLES_ENGLISH = ("Classic", "Plus", "Home", "Choice", "Select", "Bestseller", "New", "Light", "Value pack", "Gift")
SELLING_WORDS = (
    "2026新款", "厂家直发", "收藏加购优先发货", "全国包邮", "官方正品假一赔十", "宿舍神器", "送礼推荐",
    "家庭实惠装", "质保两年以换代修",
)

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN_NAMES = (
    "伟", "芳", "娜", "敏", "静", "磊", "洋", "艳", "勇", "军", "子涵", "欣怡", "浩然", "雨桐", "建国", "思远",
    "晓明", "佳琪")
STREETS = ("人民路", "解放大道", "中山北路", "建设街", "文化西路", "科技园路", "滨江大道", "和平里", "朝阳街", "幸福路")

# Suppliers: place, name; each category buys from a few of them.
SUPPLIER_PLACES = ("义乌", "广州", "深圳", "东莞", "温州", "苏州", "泉州", "青岛", "佛山", "宁波")
SUPPLIER_WORDS = ("宏达", "恒源", "联创", "瑞丰")

# Months of the year in which a category sells best, and by how much more than on average.
SEASONS = (
    ("家居日用", 3, 0.10), ("厨房用品", 12, 0.12), ("家用电器", 11, 0.20), ("手机数码", 9, 0.15),
    ("服饰内衣", 11, 0.35), ("鞋靴箱包", 9, 0.20), ("美妆个护", 5, 0.12), ("食品饮料", 1, 0.30),
    ("母婴用品", 6, 0.05), ("运动户外", 5, 0.30), ("宠物生活", 4, 0.06), ("图书文具", 9, 0.35),
)

"""The header lines of the platforms' exports, as they print them (trailing blanks included)."""

# fmt: off
from __future__ import annotations

ORDER_LIST = (
    "订单编号", "买家会员名", "买家支付宝账号", "买家应付货款", "买家应付邮费", "买家支付积分", "总金额",
    "返点积分", "买家实际支付金额", "买家实际支付积分", "订单状态", "买家留言", "收货人姓名", "收货地址 ",
    "运送方式", "联系电话 ", "联系手机", "订单创建时间", "订单付款时间 ", "宝贝标题 ", "宝贝种类 ", "物流单号 ",
    "物流公司", "订单备注", "宝贝总数量", "店铺Id", "店铺名称", "订单关闭原因", "卖家服务费", "买家服务费",
    "发票抬头", "是否手机订单", "分阶段订单信息", "特权订金订单id", "定金排名", "修改后的sku",
    "修改后的收货地址", "异常信息", "天猫卡券抵扣", "集分宝抵扣", "是否是O2O交易",
)
DETAIL_LIST = (
    "订单编号", "标题", "价格", "购买数量", "外部系统编号", "商品属性", "套餐信息", "备注", "订单状态",
    "商家编码",
)
JD = (
    "订单号", "商品ID", "商品名称", "订购数量", "支付方式", "下单时间", "京东价", "订单金额", "结算金额",
    "余额支付", "应付金额", "订单状态", "订单类型", "下单帐号", "客户姓名", "客户地址", "联系电话", "订单备注",
    "发票类型", "发票抬头", "发票内容", "商家备注", "商家备注等级（等级1-5为由高到低）", "运费金额",
    "付款确认时间", "增值税发票", "货号", "订单完成时间", "订单来源", "订单渠道",
)
PINDUODUO = (
    "订单成交时间", "商品", "订单号", "订单状态", "商品总价(元)", "邮费(元)", "店铺优惠折扣(元)",
    "平台优惠折扣(元)", "多多支付立减金额(元)", "用户实付金额(元)", "商家实收金额(元)", "商品数量(件)",
    "发货时间", "确认收货时间", "商品id", "商品规格", "样式ID", "商家编码-规格维度", "商家编码-商品维度",
    "商家备注", "售后状态", "快递单号", "快递公司",
)
DOUYIN = (
    "主订单编号", "子订单编号", "选购商品", "商品规格", "商品数量", "商家编码", "订单应付金额", "运费",
    "收件人", "收件人手机号", "详细地址", "订单提交时间", "支付完成时间", "商家备注", "订单完成时间",
    "订单状态", "售后状态", "取消原因", "发货时间", "平台实际承担优惠金额", "商家实际承担优惠金额",
    "达人实际承担优惠金额",
)
TIKTOK_SHOP = (
    "Order ID", "Order Status", "Order Substatus", "Cancelation/Return Type", "Normal or Pre-order", "SKU ID",
    "Seller SKU", "Product Name", "Variation", "Quantity", "SKU Subtotal After Discount",
    "SKU Unit Original Price", "Shipping Fee After Discount", "Order Amount", "Created Time", "Paid Time",
    "Tracking ID", "Payment Method", "Buyer Username", "Recipient",
)
AMAZON = (
    "amazon-order-id", "merchant-order-id", "purchase-date", "last-updated-date", "order-status",
    "fulfillment-channel", "sales-channel", "order-channel", "url", "ship-service-level", "product-name", "sku",
    "asin", "item-status", "quantity", "currency", "item-price", "item-tax", "shipping-price", "shipping-tax",
    "gift-wrap-price", "gift-wrap-tax", "item-promotion-discount", "ship-promotion-discount", "ship-city",
    "ship-state", "ship-postal-code", "ship-country", "promotion-ids", "is-business-order",
    "purchase-order-number", "price-designation", "is-sold-by-ab",
)
SHOPIFY = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at",
    "Accepts Marketing", "Currency", "Subtotal", "Shipping", "Taxes", "Total", "Discount Code",
    "Discount Amount", "Shipping Method", "Created at", "Lineitem quantity", "Lineitem name",
    "Lineitem price", "Lineitem compare at price", "Lineitem sku", "Lineitem requires shipping",
    "Lineitem taxable", "Lineitem fulfillment status", "Billing Name", "Billing Street", "Billing Address1",
    "Billing Address2", "Billing Company", "Billing City", "Billing Zip", "Billing Province",
    "Billing Country", "Billing Phone", "Shipping Name", "Shipping Street", "Shipping Address1",
    "Shipping Address2", "Shipping Company", "Shipping City", "Shipping Zip", "Shipping Province",
    "Shipping Country", "Shipping Phone", "Notes", "Note Attributes", "Cancelled at", "Payment Method",
    "Payment Reference", "Refunded Amount", "Vendor", "Outstanding Balance", "Employee", "Location",
    "Device ID", "Id", "Tags", "Risk Level", "Source", "Lineitem discount", "Tax 1 Name", "Tax 1 Value",
    "Tax 2 Name", "Tax 2 Value", "Tax 3 Name", "Tax 3 Value", "Tax 4 Name", "Tax 4 Value", "Tax 5 Name",
    "Tax 5 Value", "Phone", "Receipt Number", "Duties", "Billing Province Name", "Shipping Province Name",
)
EBAY = (
    "Sales Record Number", "Order Number", "Buyer Username", "Buyer Name", "Buyer Email", "Buyer Note",
    "Buyer Address 1", "Buyer Address 2", "Buyer City", "Buyer State", "Buyer Zip", "Buyer Country",
    "Ship To Name", "Ship To Phone", "Ship To Address 1", "Ship To Address 2", "Ship To City",
    "Ship To State", "Ship To Zip", "Ship To Country", "Item Number", "Item Title", "Custom Label",
    "Sold Via Promoted Listings", "Quantity", "Sold For", "Shipping And Handling", "Seller Collected Tax",
    "eBay Collected Tax", "Total Price", "eBay Collected Tax Included in Total", "Payment Method",
    "Sale Date", "Paid On Date", "Ship By Date", "Minimum Estimated Delivery Date",
    "Maximum Estimated Delivery Date", "Shipped On Date", "Feedback Left", "Feedback Received",
    "My Item Note", "PayPal Transaction ID", "Shipping Service", "Tracking Number", "Transaction ID",
    "Variation Details", "Global Shipping Program", "Global Shipping Reference ID", "Click And Collect",
    "Click And Collect Reference Number", "eBay Plus",
)
ETSY_ORDERS = (
    "Sale Date", "Order ID", "Buyer User ID", "Full Name", "First Name", "Last Name", "Number of Items",
    "Payment Method", "Date Shipped", "Street 1", "Street 2", "Ship City", "Ship State", "Ship Zipcode",
    "Ship Country", "Currency", "Order Value", "Coupon Code", "Coupon Details", "Discount Amount",
    "Shipping Discount", "Shipping", "Sales Tax", "Order Total", "Status", "Card Processing Fees",
    "Order Net", "Adjusted Order Total", "Adjusted Card Processing Fees", "Adjusted Net Order Amount",
    "Buyer", "Order Type", "Payment Type", "InPerson Discount", "InPerson Location", "SKU",
)
ETSY_ITEMS = (
    "Sale Date", "Item Name", "Buyer", "Quantity", "Price", "Coupon Code", "Coupon Details",
    "Discount Amount", "Shipping Discount", "Order Shipping", "Order Sales Tax", "Item Total", "Currency",
    "Transaction ID", "Listing ID", "Date Paid", "Date Shipped", "Ship Name", "Ship Address1",
    "Ship Address2", "Ship City", "Ship State", "Ship Zipcode", "Ship Country", "Order ID", "Variations",
    "Order Type", "Listings Type", "Payment Type", "SKU",
)
MOST_ITEMS = 12  # of an order
WOOCOMMERCE = (
    "order_id", "order_number", "order_date", "status", "order_total", "order_subtotal", "shipping_total",
    "order_currency", "payment_method", "payment_method_title", "customer_id", "customer_note",
    "billing_first_name", "billing_last_name", "billing_phone", "billing_address_1", "billing_address_2",
    "billing_city", "billing_state", "billing_postcode",
    *(
        f"Product Item {number} {part}"
        for number in range(1, MOST_ITEMS + 1)
        for part in ("Name", "id", "SKU", "Quantity", "Total", "Subtotal")
    ),
)
WANGDIANTONG = (
    "平台", "客户网名", "订单编号", "收件人", "收货地址", "收件人手机", "发货时间", "付款时间", "收货地区",
    "物流单号", "买家留言", "客服备注", "子单原始单号", "货品数量", "货品成交价", "货品名称", "预估重量",
    "商家编码", "店铺", "物流公司", "仓库", "订单类型", "原始子订单号", "打印备注", "实际重量",
    "出库单状态",
)
CAINIAO = (
    "店铺名称", "仓库名称", "货到付款", "下单时间", "支付时间", "发货时间", "签收时间", "订单类型",
    "配送方式", "状态", "系统单号", "交易订单号", "外部订单号", "物流订单号", "仓库订单号", "快递公司",
    "运单号", "买家昵称", "收货人姓名", "省", "市", "区", "街道", "收货人地址", "手机", "电话", "订单金额",
    "商品总售价", "快递费用", "COD服务费", "实收金额", "卖家备注", "退款", "赠品标识", "订货数量",
    "商品售价", "商品小计", "商品优惠", "货品编码", "商品名称", "商品重量(克)", "分销商店铺名称",
    "分销订单号", "实发数量", "货品唯一码",
)

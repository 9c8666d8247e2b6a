/* The words that a believable shop is made of. No second word of a synonym stands in any name. */
#include "shop_words.h"

/* clang-format off */
const prt_shop_kind prt_shop_kinds[PRT_SHOP_KINDS] = {
    {"Electronics", "Headphones", {"headphones", "earphones", "neckband", "headphone case"},
     {"wireless", "noise cancelling", "deep bass", "bluetooth"}, {"over ear", "in ear", "on ear", "USB-C"}, 60},
    {"Electronics", "Mobile Accessories", {"mobile holder", "charger", "power bank", "charging cable"},
     {"fast charging", "magnetic", "braided", "with LED display"}, {"20 W", "10000 mAh", "1.5 m", "65 W"}, 25},
    {"Electronics", "Televisions", {"television", "soundbar", "remote control", "wall bracket"},
     {"4K", "with HDR", "frameless", "smart"}, {"32 inch", "43 inch", "55 inch", "65 inch"}, 350},
    {"Electronics", "Cameras", {"camera", "tripod", "zoom lens", "camera strap"},
     {"with image stabiliser", "mirrorless", "weather sealed", "for travel"}, {"24 MP", "50 mm", "160 cm", "12x"}, 280},
    {"Home", "Furniture", {"sofa", "armchair", "bookshelf", "side table"},
     {"solid wood", "with storage", "velvet", "easy to assemble"}, {"2 seater", "90 cm", "5 tier", "set of 2"}, 320},
    {"Home", "Lighting", {"lamp", "lantern", "chandelier", "bulb"},
     {"dimmable", "warm white", "energy saving", "with dimmer"}, {"9 W", "12 W", "set of 4", "E27"}, 22},
    {"Home", "Kitchen", {"kettle", "frying pan", "chopping board", "mixing bowl"},
     {"non-stick", "stainless steel", "dishwasher safe", "induction"}, {"1.5 l", "28 cm", "set of 3", "2 l"}, 35},
    {"Home", "Bedding", {"blanket", "pillow", "quilt", "bed sheet"},
     {"pure cotton", "microfibre", "quick drying", "hypoallergenic"}, {"single", "double", "king size", "pack of 2"}, 40},
    {"Appliances", "Refrigerators", {"refrigerator", "freezer", "mini bar", "wine cooler"},
     {"frost free", "inverter", "double door", "low noise"}, {"190 l", "260 l", "90 l", "340 l"}, 420},
    {"Appliances", "Cleaning", {"vacuum cleaner", "steam mop", "robot cleaner", "dust filter"},
     {"bagless", "with HEPA filter", "cordless", "for pet hair"}, {"1200 W", "800 W", "2 l", "pack of 4"}, 140},
    {"Appliances", "Heating and Cooling", {"ceiling fan", "heater", "air conditioner", "air cooler"},
     {"with timer", "oscillating", "remote controlled", "low energy"}, {"1.5 ton", "2000 W", "120 cm", "30 l"}, 180},
    {"Fashion", "Shoes", {"sneakers", "sandals", "boots", "slippers"},
     {"real leather", "memory foam", "non-slip", "breathable"}, {"size 38", "size 40", "size 42", "size 44"}, 70},
    {"Fashion", "Men's Clothing", {"shirt", "trousers", "jumper", "t-shirt"},
     {"slim fit", "regular fit", "organic cotton", "wrinkle free"}, {"S", "M", "L", "XL"}, 35},
    {"Fashion", "Women's Clothing", {"dress", "skirt", "blouse", "cardigan"},
     {"floral print", "knee length", "linen", "with pockets"}, {"S", "M", "L", "XL"}, 38},
    {"Fashion", "Watches", {"watch", "chronograph", "watch strap", "pocket watch"},
     {"analogue", "sapphire glass", "with date", "water resistant"}, {"38 mm", "42 mm", "20 mm", "45 mm"}, 110},
    {"Bags", "Backpacks", {"backpack", "laptop bag", "daypack", "school bag"},
     {"with rain cover", "padded", "anti theft", "with USB port"}, {"20 l", "30 l", "45 l", "15 inch"}, 45},
    {"Bags", "Suitcases", {"suitcase", "trolley", "duffel bag", "garment bag"},
     {"hard shell", "with lock", "expandable", "four wheels"}, {"55 cm", "68 cm", "78 cm", "set of 2"}, 90},
    {"Bags", "Handbags", {"handbag", "purse", "shoulder bag", "tote bag"},
     {"quilted", "with zip", "vegan leather", "woven"}, {"small", "medium", "large", "A4"}, 48},
    {"Sports", "Fitness", {"yoga mat", "dumbbell", "resistance band", "skipping rope"},
     {"non-slip", "adjustable", "for beginners", "with carry strap"}, {"5 kg", "6 mm", "10 kg", "set of 5"}, 28},
    {"Sports", "Cycling", {"bicycle", "cycling helmet", "cycle lock", "bottle cage"},
     {"aluminium", "with reflectors", "ventilated", "21 gears"}, {"26 inch", "28 inch", "M", "L"}, 150},
    {"Sports", "Camping", {"tent", "sleeping bag", "camping stove", "head torch"},
     {"waterproof", "ultralight", "windproof", "rechargeable"}, {"2 person", "4 person", "1 kg", "300 lumen"}, 85},
    {"Toys", "Puzzles", {"puzzle", "board game", "card game", "building set"},
     {"for the family", "wooden", "glow in the dark", "for travel"}, {"500 pieces", "1000 pieces", "2-6 players", "60 pieces"}, 18},
    {"Toys", "Soft Toys", {"teddy bear", "plush rabbit", "hand puppet", "cushion toy"},
     {"washable", "huggable", "with sound", "for newborns"}, {"20 cm", "30 cm", "50 cm", "80 cm"}, 16},
    {"Toys", "Outdoor Toys", {"kite", "sand set", "swing", "water pistol"},
     {"rainbow", "foldaway", "for the garden", "sturdy"}, {"120 cm", "8 pieces", "set of 2", "1 l"}, 21},
    {"Beauty", "Skin Care", {"face cream", "serum", "cleanser", "sunscreen"},
     {"with aloe", "fragrance free", "for dry skin", "SPF 50"}, {"50 ml", "30 ml", "100 ml", "pack of 2"}, 14},
    {"Beauty", "Hair Care", {"shampoo", "conditioner", "hair oil", "hair dryer"},
     {"sulphate free", "with argan", "anti frizz", "for curls"}, {"200 ml", "400 ml", "1800 W", "pack of 2"}, 12},
    {"Beauty", "Fragrances", {"perfume", "body mist", "scented candle", "deodorant"},
     {"citrus", "cedar", "jasmine", "long lasting"}, {"50 ml", "75 ml", "100 ml", "150 ml"}, 32},
    {"Beauty", "Make-up", {"lipstick", "mascara", "eyeliner", "foundation"},
     {"matte", "smudge proof", "vegan", "with brush"}, {"3 g", "8 ml", "30 ml", "set of 3"}, 11},
};
/* clang-format on */

const char *const prt_shop_adjectives[PRT_SHOP_ADJECTIVES] = {
    "classic", "compact", "lightweight", "premium",  "everyday", "essential", "deluxe", "signature",
    "durable", "modern",  "portable",    "slimline", "robust",   "elegant",   "handy",  "original"};
const char *const prt_shop_colours[PRT_SHOP_COLOURS] = {"black",     "white",      "navy blue", "grey",
                                                        "red",       "olive",      "beige",     "silver",
                                                        "turquoise", "dark green", "mustard",   "pink"};
const char *const prt_shop_syllables[PRT_SHOP_SYLLABLES] = {"vop", "quo",  "tarn", "mib",  "kov", "zel", "nuld", "ux",
                                                            "fip", "dran", "peb",  "rilk", "ost", "gri", "wem",  "yad"};

const char *const prt_same_words[PRT_SAME_WORDS][2] = {
    {"earphones", "earbuds"}, {"headphones", "headset"},  {"sofa", "couch"},       {"sneakers", "trainers"},
    {"television", "telly"},  {"refrigerator", "fridge"}, {"trousers", "pants"},   {"backpack", "rucksack"},
    {"mobile", "phone"},      {"lamp", "light"},          {"jumper", "sweater"},   {"kettle", "boiler"},
    {"quilt", "duvet"},       {"torch", "flashlight"},    {"suitcase", "luggage"}, {"perfume", "cologne"},
};

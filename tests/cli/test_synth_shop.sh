# A made-up shop through the command: the same bytes, over any catalogue, and what it refuses.
. "$(dirname "$0")/lib.sh"

make() { pocketrec synth shop --users 300 --days 30 --until 2025-11-16 "$@" 2>/dev/null; }

check_exit 0 "synth shop" pocketrec synth shop --users 300 --products 500 --days 30 --seed 3 --until 2025-11-16 --out "$work/data"
make --products 500 --seed 3 --out "$work/again"
check "the same bytes again" test "$(folder_hash "$work/data")" = "$(folder_hash "$work/again")"
make --products 500 --seed 4 --out "$work/other"
for name in products.csv events.csv searches.csv truth/truth.json truth/tastes.csv; do
    check "another seed, another $name" test "$(cksum <"$work/data/$name")" != "$(cksum <"$work/other/$name")"
done
check "500 products" test "$(wc -l <"$work/data/products.csv")" -eq 501
check "no other id than ten capitals and digits" test "$(tail -n +2 "$work/data/products.csv" | grep -vcE '^[A-Z0-9]{10},"')" -eq 0
check "no id twice" test "$(cut -d, -f1 "$work/data/products.csv" | sort | uniq -d | wc -l)" -eq 0
check "no event after the last day" test "$(grep -c 2025-11-17 "$work/data/events.csv")" -eq 0
check "none before the first" test "$(cut -d, -f5 "$work/data/events.csv" | tail -n +2 | sort | head -1)" \> 2025-10-17
check_exit 0 "what was made trains as it is" pocketrec train "$work/data/pocketrec.json" --out "$work/bundle"
check_says "500 items, 300 users, [0-9]+ events; 0 rows rejected" "no row is wrong"

# A catalogue as shops have it: ids in the links, prices with signs, the same product twice, cells that say nothing.
cat >"$work/raw.csv" <<'CSV'
name,main_category,sub_category,image,link,ratings,no_of_ratings,discount_price,actual_price
"Zor kettle, 1.5 l",kitchen,Kettles,https://x/i.jpg,https://x/zor/dp/B0AAAAAAA1/ref=1,4.2,"2,255","₹32,999","₹58,990"
Zor kettle 2 l,kitchen,Kettles,,https://x/dp/B0AAAAAAA2,Get,FREE,"₹1,24,999.50","₹1,24,999.50"
"Zor ""big"" pan",kitchen,Pans,,https://x/dp/B0AAAAAAA3/,3.9,12,,₹999
Zor pan small,kitchen,Pans,,https://x/dp/B0AAAAAAA4/,3.9,12,₹1,"₹9,99,999"
Zor pan small,sale,All,,https://x/dp/B0AAAAAAA4/,3.9,12,₹1,"₹9,99,999"
No id,kitchen,Pans,,https://x/,3.9,12,₹1,₹2
CSV
check_exit 0 "a catalogue of others" pocketrec synth shop --users 50 --until 2025-11-16 --catalogue "$work/raw.csv" --out "$work/real"
cat >"$work/clean.csv" <<'CSV'
id,name,main_category,sub_category,image,link,ratings,no_of_ratings,discount_price,actual_price,discount_ratio
B0AAAAAAA1,"Zor kettle, 1.5 l","kitchen","Kettles","https://x/i.jpg","https://x/zor/dp/B0AAAAAAA1/ref=1",4.2,2255,32999.00,58990.00,0.441
B0AAAAAAA2,"Zor kettle 2 l","kitchen","Kettles","","https://x/dp/B0AAAAAAA2",,,124999.50,124999.50,0.000
B0AAAAAAA3,"Zor ""big"" pan","kitchen","Pans","","https://x/dp/B0AAAAAAA3/",3.9,12,,999.00,
B0AAAAAAA4,"Zor pan small","kitchen","Pans","","https://x/dp/B0AAAAAAA4/",3.9,12,1.00,999999.00,1.000
CSV
check "is cleaned" diff "$work/clean.csv" "$work/real/products.csv"
check_exit 0 "which trains" pocketrec train "$work/real/pocketrec.json" --out "$work/bundle"
gzip -c "$work/raw.csv" >"$work/raw.csv.gz"
make --users 50 --catalogue "$work/raw.csv.gz" --out "$work/packed"
check "a compressed one" cmp "$work/clean.csv" "$work/packed/products.csv"
make --users 50 --catalogue "$work/real/products.csv" --out "$work/twice"
check "a clean one stays as it is" cmp "$work/clean.csv" "$work/twice/products.csv"
make --catalogue "$work/data/products.csv" --seed 3 --out "$work/twice"
check "so does an invented one" cmp "$work/data/products.csv" "$work/twice/products.csv"
gzip -c "$work/data/products.csv" >"$work/own.csv.gz"
make --catalogue "$work/own.csv.gz" --seed 3 --out "$work/twice"
check "also when it is compressed" cmp "$work/data/products.csv" "$work/twice/products.csv"

# The smallest ones.
check_exit 0 "one product" pocketrec synth shop --users 1 --products 1 --days 1 --out "$work/one"
check_exit 0 "one day" pocketrec synth shop --users 20 --products 30 --days 1 --until 2025-11-16 --out "$work/day"
check "all on that day" test "$(tail -n +2 "$work/day/events.csv" | grep -vc 2025-11-16T)" -eq 0

# Wrong options.
check_exit 2 "an option of another kind" pocketrec synth shop --weeks 5 --out "$work/x"
check_says "belongs to another kind of data; take it out: '?--weeks" "it is named"
check_exit 2 "an option of the shop elsewhere" pocketrec synth workouts --catalogue "$work/raw.csv" --out "$work/x"
check_exit 2 "products for a catalogue" pocketrec synth shop --catalogue "$work/raw.csv" --products 5 --out "$work/x"
check_says "take out --products" "it says why"
check_exit 2 "no products" pocketrec synth shop --products 0 --out "$work/x"
check_exit 2 "too many products" pocketrec synth shop --products 4000001 --out "$work/x"
check_exit 2 "no days" pocketrec synth shop --days 0 --out "$work/x"
check_exit 2 "no users" pocketrec synth shop --users 0 --out "$work/x"
check_exit 2 "no folder" pocketrec synth shop
check_exit 2 "a day that is none" pocketrec synth shop --until tomorrow --out "$work/x"
check_exit 5 "a catalogue that is missing" pocketrec synth shop --catalogue "$work/missing.csv" --out "$work/x"
check_says "missing.csv" "it is named"
sed -n '1p;$p' "$work/raw.csv" >"$work/empty.csv"
check_exit 3 "a catalogue without products" pocketrec synth shop --catalogue "$work/empty.csv" --out "$work/x"
check_says "empty.csv line 2: link has no id of 10 characters" "it says why there are none"
printf 'name,price\na,1\n' >"$work/wrong.csv"
check_exit 3 "a file that is no catalogue" pocketrec synth shop --catalogue "$work/wrong.csv" --out "$work/x"
check_says "column" "it says which column is missing"
check "nothing is left behind" test ! -e "$work/x"

finish

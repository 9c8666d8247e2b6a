# A made-up retailer through the command: the same bytes, the rows' form, and what it refuses.
. "$(dirname "$0")/lib.sh"

make() { pocketrec synth retail --users 200 --items 150 --until 2025-11-16 "$@" 2>/dev/null; }

check_exit 0 "synth retail" pocketrec synth retail --users 200 --items 150 --seed 3 --until 2025-11-16 --out "$work/data"
check_says "Wrote 150 items and what 200 users bought in 548 days" "it says what it wrote"
make --seed 3 --out "$work/again"
check "the same bytes again" test "$(folder_hash "$work/data")" = "$(folder_hash "$work/again")"
make --seed 4 --out "$work/other"
for name in items.csv invoices.csv truth/items.csv truth/users.csv truth/habits.csv truth/affinity.csv truth/truth.json; do
    check "another seed, another $name" test "$(cksum <"$work/data/$name")" != "$(cksum <"$work/other/$name")"
done
check "150 items" test "$(wc -l <"$work/data/items.csv")" -eq 151
check "no item twice" test "$(cut -d, -f1 "$work/data/items.csv" | sort | uniq -d | wc -l)" -eq 0
check "no text holds a comma or a quote" test "$(grep -vcE '^[^,"]+(,[^,"]+){5}$' "$work/data/items.csv")" -eq 0
row='^(C5[0-9]+,R[0-9]{6},-[1-9][0-9]*|5[0-9]+,R[0-9]{6},[1-9][0-9]*),202[45]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9],[0-9]+\.[0-9]{2},(1[0-9]{4})?$'
check "every line is a purchase or a return" test "$(tail -n +2 "$work/data/invoices.csv" | grep -vcE "$row")" -eq 0
check "some are returns" grep -q '^C' "$work/data/invoices.csv"
check "some are of nobody" grep -q ',$' "$work/data/invoices.csv"
check "some have no price" grep -q ',0\.00,' "$work/data/invoices.csv"
check "none is before the first day" test "$(cut -d, -f4 "$work/data/invoices.csv" | tail -n +2 | sort | head -n 1)" \> 2024-05-18
check "none after the last" test "$(cut -d, -f4 "$work/data/invoices.csv" | tail -n +2 | sort | tail -n 1)" \< 2025-11-17

SOURCE_DATE_EPOCH=1763337600 check_exit 0 "what was made trains as it is" pocketrec train "$work/data/pocketrec.json" --out "$work/bundle"
check_says "150 items, [0-9]+ users, [0-9]+ events; 0 rows rejected" "no row is wrong"

# Fewer users: the others are the same people, who buy the same things.
make --users 20 --seed 3 --out "$work/few"
for name in items.csv truth/items.csv; do
    check "$name does not depend on the users" cmp "$work/data/$name" "$work/few/$name"
done
check "nor do the users on each other" cmp <(head -n 21 "$work/data/truth/users.csv") "$work/few/truth/users.csv"

# The smallest ones, and the longest.
check_exit 0 "one item" pocketrec synth retail --users 1 --items 1 --out "$work/one"
check "has its line of truth" test "$(wc -l <"$work/one/truth/affinity.csv")" -eq 2
check_exit 0 "one day" pocketrec synth retail --users 60 --items 100 --days 1 --until 2025-11-16 --out "$work/day"
check "all on that day" test "$(tail -n +2 "$work/day/invoices.csv" | grep -vc 2025-11-16T)" -eq 0
check_exit 0 "ten years" pocketrec synth retail --users 20 --items 100 --days 3650 --until 2025-11-16 --out "$work/years"
check "which begin in 2015" grep -qE ',201[56]-' "$work/years/invoices.csv"

# Wrong options.
check_exit 2 "an option of another kind" pocketrec synth retail --products 5 --out "$work/x"
check_says "belongs to another kind of data; take it out: '?--products" "it is named"
check_exit 2 "an option of the retailer elsewhere" pocketrec synth shop --items 5 --out "$work/x"
check_exit 2 "days of the workouts" pocketrec synth workouts --days 5 --out "$work/x"
check_exit 2 "no items" pocketrec synth retail --items 0 --out "$work/x"
check_exit 2 "too many items" pocketrec synth retail --items 1000000 --out "$work/x"
check_exit 2 "no days" pocketrec synth retail --days 0 --out "$work/x"
check_exit 2 "no users" pocketrec synth retail --users 0 --out "$work/x"
check_exit 2 "no folder" pocketrec synth retail
check_exit 2 "a log that begins before time does" pocketrec synth retail --days 3650 --until 1979-12-01 --out "$work/x"
check_says "take a later date" "it says what to do"
check_exit 5 "a place that cannot be" pocketrec synth retail --users 5 --items 5 --out /dev/null/x
check "nothing is left behind" test ! -e "$work/x"

finish

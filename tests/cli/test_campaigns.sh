# Campaigns and performance from outside: mistakes, killed runs, odd people and products, how long many people take.
. "$(dirname "$0")/lib.sh"
export SOURCE_DATE_EPOCH=1763604000 # 2025-11-20, a Thursday

# A shop of four products; ann left p1 and p2 in her cart, bob bought what he put there, eve's cart is empty again, zoe did nothing.
mkdir "$work/shop" "$work/site"
cat >"$work/shop/items.csv" <<'CSV'
id,title,category,price,stock,arrived
p1,Kettle,kitchen,20,3,2025-11-15
p2,,kitchen,,0,2025-11-16
p3,Lamp,light,7.5,,2025-11-17
p4,Pan,kitchen,9,2,2020-01-01
p5,"Lamp, ""big"" – größer",light,1,1,
CSV
cat >"$work/shop/events.csv" <<'CSV'
who,what,did,when
ann,p1,cart,2025-11-19T10:00:00
ann,p2,cart,2025-11-19T10:01:00
bob,p1,cart,2025-11-19T10:00:00
bob,p1,purchase,2025-11-19T10:05:00
eve,p1,cart,2025-11-19T10:00:00
eve,p1,cart_remove,2025-11-19T10:05:00
ann,p3,cart,2025-11-20T23:00:00
bob,p9,view,2025-11-19T10:00:00
CSV
printf 'id\nann\nbob\neve\nzoe\n' >"$work/shop/users.csv"
printf 'user_id,mails\nann,yes\nzoe,yes\neve,yes\nbob,no\n' >"$work/shop/wishes.csv"
# configure NAME PYTHON: shop/NAME.json, the shop's configuration `c` changed.
configure() {
    python3 - "$work/shop/$1.json" "$2" <<'PYTHON'
import json, sys
c = {"name": "mails", "limits": {"rejects": 0.2},
     "items": {"files": "items.csv", "id": "id", "title": "title", "columns": {"category": {"type": "category"}, "price": {"type": "real"}, "stock": {"type": "integer"}, "arrived": {"type": "date"}}},
     "users": {"files": "users.csv", "id": "id"},
     "events": [{"files": "events.csv", "user": "who", "item": "what", "time": "when", "type": {"from": "did", "values": {k: [k] for k in ("view", "cart", "cart_remove", "purchase")}}}],
     "shop": {"price": "price", "category": ["category"]}, "meaning": {"stock": "stock", "new_arrivals": {"column": "arrived"}},
     "campaigns": {"out": "mails-{date}.jsonl", "picks": 2, "preferences": {"files": "wishes.csv", "opted_in": "mails"}}}
exec(sys.argv[2])
json.dump(c, open(sys.argv[1], "w"))
PYTHON
}
# mails FILE EXPRESSION: a Python expression about the lines `m`.
mails() { python3 -c 'import json, sys; m = [json.loads(l) for l in open(sys.argv[1])]; print(eval(sys.argv[2]))' "$1" "$2"; }
sed -i '/^p2,/s/,,/,Bowl,/' "$work/shop/items.csv"
configure good 'pass'
check_exit 0 "train writes campaigns" pocketrec train "$work/shop/good.json" --out "$work/bundle"
check_says '3 mails to 3 of 4 users.*2 by no_consent' "and says how many"
out=$work/shop/mails-2025-11-20.jsonl
check "the cart for ann, what is new for eve, a digest for zoe" test "$(mails "$out" '[(x["user_id"], x["kind"]) for x in m]')" = "[('ann', 'abandoned_cart'), ('eve', 'new_arrivals'), ('zoe', 'weekly_digest')]"
check "what is out of stock is not named, and the future has not happened" test "$(mails "$out" '[i["product_id"] for i in m[0]["reason_items"]]')" = "['p1']"
check "exactly as many picks" test "$(mails "$out" '[len(x["recommendations"]) for x in m]')" = "[2, 2, 2]"
check "a cart of unknown price still has the known value" test "$(mails "$work/shop/cart_abandonments.jsonl" '[(x["user_id"], x["value"], len(x["items"])) for x in m]')" = "[('ann', 20, 2)]"
check "files are the owner's" test "$(stat -c %a "$out" "$work/shop/cart_abandonments.jsonl" "$work/shop/campaigns.state.jsonl" | sort -u)" = 600
check_exit 0 "a short catalogue" pocketrec campaigns "$work/shop/good.json" --bundle "$work/bundle" --out "$work/shop/short.jsonl"
configure many 'c["campaigns"]["picks"] = 50'
check_exit 0 "fewer products than picks" pocketrec campaigns "$work/shop/many.json" --bundle "$work/bundle" --out "$work/shop/many.jsonl"
check "the line says why" test "$(mails "$work/shop/many.jsonl" '{x["reason"] for x in m}')" = "{'catalogue_exhausted'}"

# Mistakes: each one sentence, the right status, and no file.
# wrong STATUS PATTERN WHAT PYTHON [OPTIONS…]
wrong() {
    local expected=$1 pattern=$2 what=$3
    configure wrong "$4"
    check_exit "$expected" "$what" pocketrec campaigns "$work/shop/wrong.json" --bundle "$work/bundle" --out "$work/shop/wrong.jsonl" "${@:5}"
    check_says "$pattern" "$what: the sentence"
    check "$what: one line" test "$(grep -cv '^warning' "$work/err")" -eq 1
    check "$what: no file" test ! -e "$work/shop/wrong.jsonl"
}
wrong 3 'maills' "a column of preferences that is not there" 'c["campaigns"]["preferences"]["opted_in"] = "maills"'
wrong 3 'weekday.*sunday' "a weekday that there is not" 'c["campaigns"]["weekly_digest"] = {"weekday": "someday"}'
wrong 3 'campaigns.kinds' "a kind twice" 'c["campaigns"]["kinds"] = ["weekly_digest", "weekly_digest"]'
wrong 3 'shelf' "a column of stock that is not there" 'c["campaigns"]["stock"] = "shelf"'
wrong 3 'written twice' "the same file twice" 'c["campaigns"]["carts"] = c["campaigns"]["state"] = "x.jsonl"'
wrong 3 'date. more than once' "days twice in the files of the mails" 'c["campaigns"]["out"] = "{date}/mails-{date}.jsonl"; c["campaigns"]["state"] = "x"'
wrong 3 'holds one of' "a pattern as the file of the mails" 'c["campaigns"]["out"] = "mails [{date}].jsonl"'
wrong 3 'campaigns.state .*has .date' "a state of each night's own" 'c["campaigns"]["state"] = "state-{date}.jsonl"'
wrong 3 'add .meaning., .purchases. or .shop.' "nothing to recommend with" 'del c["shop"], c["meaning"]'
wrong 3 'has no .campaigns.' "no campaigns" 'del c["campaigns"]'
wrong 5 'wish.csv' "no file of preferences" 'c["campaigns"]["preferences"]["files"] = "wish.csv"'
wrong 5 'inside .*bundle' "carts in the bundle" "c['campaigns']['carts'] = '$work/bundle/carts.jsonl'"
wrong 5 'no folder' "a folder that is not there" 'c["campaigns"]["state"] = "nowhere/state"'
wrong 3 'does not recommend to known users' "a bundle without four stages" 'pass' --bundle "$PR_TEST_BUNDLE"
wrong 3 'does not recommend to known users' "a bundle without products" 'del c["meaning"]; c["campaigns"]["kinds"] = ["abandoned_cart"]' --bundle "$PR_TEST_BUNDLE"
configure good 'pass'
check_exit 5 "mails in the bundle" pocketrec campaigns "$work/shop/good.json" --bundle "$work/bundle" --out "$work/bundle/mails.jsonl"
check_says 'inside .*bundle.*--out' "the sentence names the option"
check_exit 5 "mails in the site" pocketrec campaigns "$work/shop/good.json" --bundle "$work/bundle" --site "$work/site" --out "$work/site/mails.jsonl"
check "nothing was left in either" test "$(find "$work/bundle" "$work/site" -name '*mails*' | wc -l)" -eq 0
check_exit 2 "campaigns without a bundle" pocketrec campaigns "$work/shop/good.json"
check_exit 2 "campaigns at no time" pocketrec campaigns "$work/shop/good.json" --bundle "$work/bundle" --now soon
configure inside "c['campaigns']['out'] = '$work/bundle/m.jsonl'"
before=$(folder_hash "$work/bundle")
check_exit 5 "train that would publish mails" pocketrec train "$work/shop/inside.json" --out "$work/bundle"
check "leaves the bundle as it was" test "$(folder_hash "$work/bundle")" = "$before"

# Time zones: by name, of everybody and of one user; the machine's database may be missing, or damaged.
printf 'user_id,mails,place\nann,yes,\nzoe,yes,America/New_York\neve,yes,-03:30\nbob,no,\n' >"$work/shop/places.csv"
zoned='c["campaigns"].update(weekly_digest={"weekday": "sunday"}, send={"utc_offset": "Europe/Berlin"}, preferences={"files": "places.csv", "opted_in": "mails", "utc_offset": "place"})'
configure zones "$zoned"
check_exit 0 "zones by name" pocketrec campaigns "$work/shop/zones.json" --bundle "$work/bundle" --out "$work/shop/zones.jsonl" --now 2026-10-25T00:30:00Z
check "clocks are put back in Berlin in this night, and a week later in New York" test \
    "$(mails "$work/shop/zones.jsonl" '[(x["user_id"], x["not_before"][5:16], x["not_after"][5:16]) for x in m]')" = \
    "[('ann', '10-25T08:00', '10-25T19:00'), ('eve', '10-25T12:30', '10-25T23:30'), ('zoe', '10-25T13:00', '10-26T00:00')]"
wrong 3 'campaigns.send.utc_offset.*Europe/Brelin.*Europe/Berlin' "a zone that there is not" 'c["campaigns"]["send"] = {"utc_offset": "Europe/Brelin"}'
wrong 3 'neither an offset' "a path as a zone" 'c["campaigns"]["send"] = {"utc_offset": "../../etc/passwd"}'
wrong 3 'utc_offset' "more hours than there are" 'c["campaigns"]["send"] = {"utc_offset": 15}'
export TZDIR=$work/zones
wrong 5 'no database of time zones.*tzdata.*+01:00' "a machine without zones" "$zoned"
wrong 5 'America/New_York.*tzdata' "a user's zone on such a machine" "$zoned; c['campaigns']['send'] = {}"
mkdir -p "$work/zones/Europe"
wrong 3 'campaigns.send.utc_offset.*Europe/Berlin' "a database without this zone" "$zoned"
echo nonsense | tee "$work/zones/Europe/Berlin" >"$work/zones/SECURITY"
wrong 3 'Europe/Berlin: no time zone can be read from it.*tzdata' "a damaged zone" "$zoned"
printf 'user_id,mails,place\nann,yes,+01:00\n' >"$work/shop/places.csv"
configure zones "$zoned; c['campaigns']['send'] = {}"
check_exit 0 "offsets need no database" pocketrec campaigns "$work/shop/zones.json" --bundle "$work/bundle" --out "$work/shop/zones.jsonl"
printf 'user_id,mails,place\nann,yes,SECURITY\nzoe,yes,Foo/Bar\neve,yes,-03:30\nbob,no,\n' >"$work/shop/places.csv"
configure zones "$zoned; c['campaigns']['send'] = {}; c['limits']['rejects'] = 0.5"
for command in "campaigns --bundle $work/bundle --out $work/shop/named.jsonl" "train --out $work/zoned"; do
    check_exit 0 "users who name a file that is no zone's, and no zone: ${command%% *}" pocketrec ${command%% *} "$work/shop/zones.json" ${command#* }
    check_says '2 of 4 rows are wrong.*SECURITY.*neither an offset' "their rows are wrong"
done
check "nobody else goes without mail" test "$(mails "$work/shop/named.jsonl" '[x["user_id"] for x in m]')" = "['eve']"
unset TZDIR

# Caps need the mails of earlier nights: who writes them elsewhere hears of it, unless a log of theirs is named.
configure good 'pass'
check_exit 0 "mails in another file" pocketrec campaigns "$work/shop/good.json" --bundle "$work/bundle" --out "$work/shop/else.jsonl"
check_says 'warning.*--out .*else.jsonl.*do not count for the caps.*campaigns.sent' "do not count for the caps, which is said"
configure logged 'c["campaigns"].update(out="mails [{date}].jsonl", sent={"files": "else.jsonl"})'
check_exit 0 "a log of its own" pocketrec campaigns "$work/shop/logged.json" --bundle "$work/bundle" --out "$work/shop/more.jsonl"
check "allows any file, in silence" test -z "$(grep count "$work/err")"
check "and counts" test ! -s "$work/shop/more.jsonl"
check_exit 0 "another night" pocketrec campaigns "$work/shop/good.json" --bundle "$work/bundle" --now 2025-11-20T05:00:00Z
check "the configured file needs no warning" test -z "$(grep -e --out "$work/err")"

# A state of the shelf that is damaged is said, and costs one night's news of what is back.
echo 'nonsense' >"$work/shop/campaigns.state.jsonl"
check_exit 0 "a damaged state" pocketrec campaigns "$work/shop/good.json" --bundle "$work/bundle" --out "$work/shop/again.jsonl"
check_says 'state.jsonl: cannot be used' "is said"
check_exit 0 "and is written anew" pocketrec campaigns "$work/shop/good.json" --bundle "$work/bundle" --out "$work/shop/again.jsonl"
check "in silence" test -z "$(grep state "$work/err")"

# Performance: mistakes.
echo '{"user_id":"a","interaction_type":"VIEW","product_id":"p1","timestamp":1763603000}' >"$work/log.jsonl"
check_exit 0 "performance of a log" pocketrec performance "$work/log.jsonl" --bundle "$work/bundle"
check_exit 2 "performance without a bundle" pocketrec performance "$work/log.jsonl"
check_exit 2 "performance by the moon" pocketrec performance "$work/log.jsonl" --bundle "$work/bundle" --by moon
check_exit 3 "performance of a configuration without interactions" pocketrec performance "$work/shop/good.json" --bundle "$work/bundle"
check_says '"interactions"' "the sentence names them"
check_exit 3 "performance with a bundle without four stages" pocketrec performance "$work/log.jsonl" --bundle "$PR_TEST_BUNDLE"
check_exit 5 "performance of nothing" pocketrec performance "$work/missing" --bundle "$work/bundle"
head -c 100 /dev/zero >"$work/zeros.jsonl"
check_exit 3 "performance of zeros" pocketrec performance "$work/zeros.jsonl" --bundle "$work/bundle"
printf 'SQLite format 3\0broken' >"$work/broken.sqlite"
check_exit 5 "performance of a broken file" pocketrec performance "$work/broken.sqlite" --bundle "$work/bundle"

# Many people: seconds, and whole files whenever the run is killed.
pocketrec synth shop --users 20000 --products 1000 --seed 3 --until 2025-11-19 --out "$work/big" 2>/dev/null
python3 - "$work/big/pocketrec.json" <<'PYTHON'
import json, sys
c = json.load(open(sys.argv[1]))
c["meaning"] = {}
c["campaigns"] = {"out": "campaigns.jsonl", "default": "all"}
json.dump(c, open(sys.argv[1], "w"))
PYTHON
check_exit 0 "training for 20,000 people" pocketrec train "$work/big/pocketrec.json" --out "$work/big/bundle"
cp "$work/big/campaigns.jsonl" "$work/big/whole.jsonl"
check "each gets one mail" test "$(wc -l <"$work/big/whole.jsonl")" -eq 20000
started=$(date +%s%N)
check_exit 0 "their campaigns again" pocketrec campaigns "$work/big/pocketrec.json" --bundle "$work/big/bundle"
took=$((($(date +%s%N) - started) / 1000000))
check "in less than a minute ($took ms)" test $took -lt 60000
check "the same night gives the same file" cmp "$work/big/campaigns.jsonl" "$work/big/whole.jsonl"
broken=0
for i in 1 2 3 4 5; do
    "$PR_TEST_COMMAND" campaigns "$work/big/pocketrec.json" --bundle "$work/big/bundle" >/dev/null 2>&1 </dev/null &
    pid=$!
    sleep "$(awk -v t="$took" -v i="$i" 'BEGIN { print t * (i + 4) / 10 / 1000 }')"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    cmp -s "$work/big/campaigns.jsonl" "$work/big/whole.jsonl" || broken=$((broken + 1))
done
check "5 killed runs leave the file as it was" test $broken -eq 0
check_exit 0 "the next run" pocketrec campaigns "$work/big/pocketrec.json" --bundle "$work/big/bundle"
check "leaves no stray file" test "$(find "$work/big" -name '*.partial' | wc -l)" -eq 0

finish

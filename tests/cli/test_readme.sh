# The README's own example: its configuration, as it is printed, trains on a reader's CSV files and answers the request beside it.
. "$(dirname "$0")/lib.sh"
readme=$(dirname "$0")/../../README.md

mkdir -p "$work/shop"
awk '/^    \{$/ { on = 1 } on { sub(/^    /, ""); print } /^\}$/ && on { exit }' "$readme" >"$work/shop/pocketrec.json"
check "the README holds a configuration" grep -q '"name": "shop"' "$work/shop/pocketrec.json"

{
    echo id,title,kind,tags
    for i in 1 2 3 4 5 6; do echo "t$i,Tea number $i,tea,\"green,loose\""; done
    for i in 1 2 3; do echo "c$i,Coffee number $i,coffee,\"beans,dark\""; done
} >"$work/shop/items.csv"
{
    echo id,age
    for i in $(seq 1 40); do [ $((i % 2)) = 0 ] && echo "u$i,26-35" || echo "u$i,36-45"; done
} >"$work/shop/users.csv"
{
    echo user,item,liked
    for i in $(seq 1 40); do
        for t in 1 2 3 4 5 6; do echo "u$i,t$t,$(((i + t) % 3 != 0))"; done
        echo "u$i,c1,1"
    done
} >"$work/shop/likes.csv"

check_exit 0 "training on it" pocketrec train "$work/shop/pocketrec.json" --out "$work/bundle"
body=$(sed -n "s/.*POST \/api\/v1\/onboarding --body '\(.*\)'.*/\1/p" "$readme" | head -n 1)
check_exit 0 "the request of the README" pocketrec ask "$work/bundle" POST /api/v1/onboarding --body "$body"
check "teas come first" python3 -c '
import json, sys
first = json.load(open(sys.argv[1]))["recommendations"][:3]
sys.exit(not all(item["kind"] == "tea" for item in first))' "$work/out"
finish

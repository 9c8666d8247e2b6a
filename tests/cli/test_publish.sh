# `publish`: atomic, keeps the version before, refuses a worse model, rolls back.
. "$(dirname "$0")/lib.sh"

site=$work/site/bundle
check_exit 0 "publishing" pocketrec publish "$PR_TEST_BUNDLE" --to "$site"
check_exit 0 "what was published opens" pocketrec inspect "$site"
check_exit 0 "publishing the same again" pocketrec publish "$PR_TEST_BUNDLE" --to "$site"

edit_config "$PR_TEST_DATA/pocketrec.json" "$work/other.json" 'c["version"] = "other"'
SOURCE_DATE_EPOCH=1763769600 pocketrec train "$work/other.json" --out "$work/other" >/dev/null 2>&1
check_exit 0 "publishing another version" pocketrec publish "$work/other" --to "$site"
check "the other version is served" grep -q '"version": *"other"' "$site/manifest.json"
check_exit 0 "rolling back" pocketrec publish --to "$site" --rollback
check "the version before is served" grep -qv '"version": *"other"' "$site/manifest.json"
check_exit 0 "what was rolled back to opens" pocketrec inspect "$site"

before=$(folder_hash "$site")
cp -R "$PR_TEST_BUNDLE" "$work/damaged"
shard=$(ls "$work"/damaged/segments-*.safetensors | head -n 1)
printf 'x' | dd of="$shard" bs=1 seek=300 conv=notrunc 2>/dev/null
run pocketrec publish "$work/damaged" --to "$site"
if [ "$status" -ne 0 ]; then pass "a damaged bundle is not published: exit $status"; else fail "a damaged bundle was published"; fi
check "nothing was changed by it" test "$(folder_hash "$site")" = "$before"

finish

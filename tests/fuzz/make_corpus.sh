#!/usr/bin/env bash
# make_corpus.sh DIR: seeds in DIR/corpus/<target>/ for the fuzz targets, from the small bundles in DIR.
set -euo pipefail
shopt -s nullglob
dir=$1 bundle=$1/bundle corpus=$1/corpus
rm -rf "$corpus"
mkdir -p "$corpus"/fuzz_{json,manifest,shard,request,state,config,rows,weekly,model,shop,search,encoder,bert_folder,zone}

cp "$bundle/manifest.json" "$corpus/fuzz_manifest/manifest.json"
cp "$dir/purchases/bundle/manifest.json" "$corpus/fuzz_manifest/purchases.json"
cp "$dir/meaning/bundle/manifest.json" "$corpus/fuzz_manifest/meaning.json"
cp "$dir/meaning/data/pocketrec.json" "$corpus/fuzz_config/meaning.json"
cp "$dir/data/pocketrec.json" "$corpus/fuzz_config/workouts.json"
for file in "$(dirname "$0")"/../../data/{real,shop}/*.json; do cp "$file" "$corpus/fuzz_config/"; done

# Small models, written by pr_trees_write and pr_linear_write.
cp "$(dirname "$0")"/seeds/model/* "$corpus/fuzz_model/"

# Small encoders, written by tests/support/small_encoder.c.
cp "$(dirname "$0")"/seeds/encoder/* "$corpus/fuzz_encoder/"

# A shard's seed begins with its number in the manifest; those of purchases and of meaning come behind.
number=0
for from in "$bundle" "$dir/purchases/bundle" "$dir/meaning/bundle"; do
    for file in $(grep -o '"file": *"[^"]*"' "$from/manifest.json" | cut -d'"' -f4); do
        # shellcheck disable=SC2059
        { printf "\\x$(printf %02x $number)" && cat "$from/$file"; } >"$corpus/fuzz_shard/$file"
        number=$((number + 1))
    done
done

# seed TARGET NAME TEXT
seed() { printf '%b' "$3" >"$corpus/fuzz_$1/$2"; }

# The first byte chooses the file, then 32, eight or four bits ('0' is 48: 6 of 7).
seed bert_folder config '1{"model_type":"bert","hidden_size":4,"num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":4,"max_position_embeddings":5,"type_vocab_size":2,"layer_norm_eps":1e-12}'
seed bert_folder vocabulary '2[PAD]\n[UNK]\r\n[CLS]\n[SEP]\na\n##a\n'
seed bert_folder duplicates '2[PAD]\n[UNK]\n[CLS]\n[SEP]\na\na\n'
seed bert_folder tokenizer '3{"added_tokens":[{"id":1,"content":"[UNK]","special":true,"lstrip":false}],"normalizer":{"type":"BertNormalizer","clean_text":true,"strip_accents":null,"lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},"model":{"type":"WordPiece","unk_token":"[UNK]","max_input_chars_per_word":100,"vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"a\\u00e9":4,"##a":5}}}'
seed bert_folder settings '4{"do_lower_case":false,"strip_accents":null,"tokenize_chinese_chars":true,"model_max_length":512}'
seed bert_folder modules '5[{"path":"","type":"sentence_transformers.models.Transformer"},{"path":"1_Pooling","type":"sentence_transformers.models.Pooling"}]'
seed bert_folder header '6{"__metadata__":{"format":"pt"},"embeddings.word_embeddings.weight":{"dtype":"F32","shape":[6,4],"data_offsets":[0,96]},"classifier.weight":{"dtype":"F16","shape":[1,4],"data_offsets":[0,8]}}'
seed bert_folder torn '0\000\001\000\000\000\000\000\000{"a":1'

# Files of the machine's time zones, where it has any, and a small one.
for zone in Europe/Berlin America/Santiago Africa/Casablanca Asia/Kathmandu UTC; do
    [ ! -f "/usr/share/zoneinfo/$zone" ] || cp "/usr/share/zoneinfo/$zone" "$corpus/fuzz_zone/${zone//\//-}"
done
seed zone rule 'TZif3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\001\0\0\0\001\0\0\0\0\0\0\0TZif3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\001\0\0\0\001\0\0\0\0\0\0\0\n<-03>3<-02>,M3.5.0/-2,M10.5.0/-1\n'

seed json numbers '[0,-1,1.5,-2.5e-3,1e308,9007199254740991,0.1,123456789012345678]'
seed json strings '{"a\\u0000b":"\\ud83d\\ude00 \\"\\\\ \\/ \\b\\f\\n\\r\\t","é":"日本"}'
seed json nested '[[[[{"a":[{"b":[null,true,false]}]}]]]]'
seed json wrong '{"a":1,"a":2}'

seed request onboarding 'POST /api/v1/onboarding\n{"age":29,"level":"Advanced","types":["yoga"],"region":"DE","n":10}'
seed request band 'POST /api/v1/onboarding\n{"age":"26-35","level":"Beginner","types":["yoga","hiit"],"n":3}'
seed request knobs 'POST /api/v1/onboarding\n{"age":29,"level":"Advanced","types":["yoga"],"knobs":{"mmr":0.2,"freshness":0.1,"completion":1,"like":0,"views":0.3,"prior":{"alpha":2,"beta":5},"explore":0.5}}'
seed request learned 'POST /api/v1/onboarding\n{"age":29,"level":"Advanced","types":[],"knobs":{"prior":"learned"}}'
seed request questions 'GET /api/v1/onboarding'
seed request again 'GET /api/v1/workouts/recommendations?n=10'
seed request query 'POST /api/v1/workouts/query\n{"must":{"keywords":"gentle yoga"},"filter":{"level":["Beginner","Advanced"],"type":["yoga"],"duration":{"min":10,"max":30}},"should":{"types":["yoga"],"instructors":["Alex Morgan"]},"must_not":{"instructors":["Kim"],"ids":["1","2"],"seen":true,"flagged":true},"n":5}'
seed request event 'POST /api/v1/events\n{"type":"like","item":"1"}'
seed request events 'POST /api/v1/events\n{"events":[{"type":"start","item":"1"},{"type":"complete","item":"2","time":1763600000}]}'
seed request me 'GET /api/v1/me'
seed request import 'PUT /api/v1/me\n{"version":1,"profile":{"age":29},"events":[{"type":"like","item":"1","time":1763600000}]}'
seed request forget 'DELETE /api/v1/me'
seed request explain 'GET /api/v1/explain/1'
seed request popular 'GET /api/v1/items/popular?n=5'
seed request item 'GET /api/v1/items/%31'
seed request health 'GET /api/v1/health'
seed request openapi 'GET /openapi.json'
seed request trainers 'GET /api/v1/trainers/U1?topk=5&goal=rehab&explain=1&explore=0.5&decay=0.7&week=9&min_candidates=20'
seed request trainers_goals 'GET /api/v1/trainers/goals'
seed request trainers_goal 'POST /api/v1/trainers/goal\n{"goal":"weight loss"}'
seed request picks 'GET /api/v1/recommendations/12346?n=5&model=hybrid&timestamp=2025-12-24T18:00:00Z&exclude_purchased=true&price_range_min=1.5&price_range_max=20'
seed request picks_post 'POST /api/v1/recommendations\n{"user_id":"12346","num_recommendations":50,"model_type":"als","exclude_purchased":false,"price_range_min":0,"price_range_max":1e3,"timestamp":"2026-01-15 10:00:00.5+05:30"}'
seed request picks_tuning 'POST /api/v1/recommendations\n{"user_id":"u","tuning":{"candidate_pool_size":20,"model_weights":{"als":1,"item_cf":0,"popularity":0.5},"upsell":{"enabled":true,"factor":0.5,"price_boost_weight":1},"repurchase_cycle":{"enabled":true,"default_cycle_days":0.01,"due_boost":10},"price_sensitivity":{"enabled":false,"budget_tolerance":3},"user_segments":{"small":0.1,"high":1}}}'
seed request similar 'GET /api/v1/items/R000026/similar?n=20'
seed request bought 'POST /api/v1/events\n{"events":[{"type":"purchase","item":"R000061","quantity":2,"price":4.99},{"type":"return","item":"R000026","quantity":1}]}'
seed request basket 'PUT /api/v1/me\n{"version":1,"events":[{"type":"purchase","item":"R000061","time":1763600000,"quantity":2,"price":4.99},{"type":"cart","item":"R000049","time":-5}]}'
seed request profile 'GET /api/v1/users/me/profile'
for route in users models stats config; do seed request "$route" "GET /api/v1/$route"; done
for list in homepage 'homepage?until=rules' cart 'cart?items=R000026,gone' 'category/Baby?limit=40' product/R000061 'frequently-bought-together/R000061?limit=9'; do
    seed request "staged-$(tr -c 'a-zA-Z0-9' _ <<<"$list")" "GET /api/v1/recommendations/$list"
done
seed request reranked 'POST /api/v1/recommendations/homepage\n{"user_id":"u","limit":9,"pairs":true,"pair_scores":{"R000061":1.5,"R000049":-2}}'
seed request interaction 'POST /api/v1/interactions\n{"interaction_type":"PURCHASE","product_id":"R000061","quantity":2,"price":4.5,"request_id":"r","position":3,"context":"cart"}'
seed request interactions 'POST /api/v1/interactions\n{"user_id":"u","interactions":[{"interaction_type":"RECOMMENDATION_IMPRESSION","product_ids":["R000061"],"request_id":"r"},{"interaction_type":"RECOMMENDATION_CLICK","product_id":"R000061","request_id":"r"}]}'
seed request visit 'PUT /api/v1/me\n{"version":1,"events":[{"type":"cart","item":"R000061","time":1763600000,"request":"r","position":2,"context":"cart"}],"shown":[{"request":"r","count":3,"time":5}]}'
for route in preferences analytics/recommendations/performance analytics/conversion-funnel; do seed request "${route##*/}" "GET /api/v1/$route"; done
seed request nowhere 'PATCH /nowhere?%zz=%00&n=-1'

seed state empty ''
seed state profile '{"version":1,"profile":{"age":29,"level":"Advanced","types":["yoga"]},"events":[]}'
seed state events '{"version":1,"profile":{"age":"18-25","level":"Beginner","types":["yoga","hiit"]},"events":[{"type":"start","item":"1","time":1763500000},{"type":"complete","item":"1","time":1763503600},{"type":"like","item":"2","time":1763503600},{"type":"dislike","item":"3","time":1763503601}]}'
seed state weekly '{"version":1,"events":[],"goal":"rehab","weekly":[{"item":"T2","week":2,"impressions":9,"clicks":4,"views":2,"likes":1,"watch":1200}]}'
seed state wrong '{"version":2,"profile":[],"events":{"a":-1}}'

# The first byte chooses the format: CSV, JSON, JSON lines, CSV with other marks, SMART, purchases, lists.
seed rows csv '\x00u,i,t,k\nx,a,2025-03-05T06:32:41.016,1\n"y ""q""","c,c",1763600000,0\r\nz,nothing,,1\n'
seed rows json '\x01[{"u":1,"i":"a","t":"2025-03-05","k":1},{"u":"y","i":"b","t":null,"k":"0"},{"u":[],"k":2}]'
seed rows lines '\x02{"u":1,"i":"a","t":"2025-03-05T06:32:41Z","k":1}\n\n{"u":2,"i":"b","k":0}\n{"u":'
seed rows latin "\\x03u;i;t;k\\n'x\\xe9;';a;1763600000.5;1\\n\\xff;b;2025-03-05 06:32+02:00;0"
seed rows smart '\x04.I x\n.M\na\n.T\n2025-03-05\n 06:32:41\n.K\n1\n.I y\r\n.M\r\nc,c\r\n.K\r\n0\r\n.M\r\n.X\n.I\nz\n.I\n.K'
seed rows purchases '\x05u,i,t,s,n,p,name\n1,a,2025-03-05 06:32:41,7,6,2.55,Mug\n,a,2025-03-05,8,"2","\xc2\xa31,299.50","Mug, red"\n1,a,,C9,-1,2.55,\n2,POST,,9,1,18,Postage\n2,gift_1,,9,1,0,\n2,b,2199-01-01,9,1,1,B\n2,b,,9,NaN,1,B\n2,b,,9,1e300,-1,\n2,b,,,0,inf,B\n,b,,,1,,'
seed rows lists '\x060 1 2\n1 2 x\r\n\n2\n3 91 -1\t4'

# The first byte chooses the format: 0 CSV, 1 JSON lines.
head='user_id,trainer_id,week,impressions,clicks,video_views,avg_watch_time,likes\n'
seed weekly csv "0${head}U1,T1,1,3,2,1,0.62,0\\nU2,T2,2.0,4,0,0,,0\\nU1,T1,1,3,2,1,0.62,0\\n"
seed weekly wrong "0${head}U1,T1,0,3,4,1,1.5,-1\\nU9,T9,1,99999999999,0,0,NaN,0\\n"
seed weekly lines '1{"user_id":"U1","trainer_id":"T2","week":1,"impressions":3.0,"clicks":1,"video_views":1,"avg_watch_time":0.25,"likes":1}\n'

# The first byte chooses: 0 a catalogue as CSV, 1 as JSON lines, 2 baskets, 3 a log of clicks and searches.
head='link,name,note,kind,groups,price,reviews\n'
seed shop csv "0${head}/a1,A,,k,\"x,y\",\"₹1,24,999.50\",\"2,255\"\n/a1/,A2,note,,\"y,z\",Rs. 499,1.0\n/b,B,,,,-5,\nx/b2?c,B,n,,,Get,FREE\n"
seed shop lines '1{"link":"/a1","name":"A","kind":[1],"groups":["x",{"y":1}],"price":"1 299.00 €","reviews":12}\n{"link":"/a1","name":"A","groups":["z","x"],"price":7,"reviews":"1.299,00"}\n'
seed shop baskets '2milk, bread ,,"jam, red"\r\n\n , ,\n"soap"x\nbread,milk,bread'
seed shop log '3u,i,s\n1,a,x\n2,b,y\n1,c,x\n,a,\n3,a,  kettle \n'

# The first byte chooses: 0 a query, 1 a body, 2 what is being typed, 3 to 6 the rows of a table.
seed search query '\x00wireles over-ear earbuds 500ml 3 in 1'
seed search scripts '\x00無線耳機 หมวก 😀 ｅａｒ women’s'
seed search body '\x01{"query":"head set","must":["over-ear"],"should":["charger"],"must_not":["tv"],"filter":{"ratings":{"minimum":1,"maximum":5},"sub_category":["Headphones"]},"sort":"-price","match":"any","prefix":true,"typo":true,"strict":true,"facets":true,"highlight":true,"personal":true,"response_limit":5,"offset":1}'
zeros=0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0
seed search meant '\x07{"query":"head set","mode":"hybrid","probes":3,"vector":['$zeros',1],"must_not":["tv"],"filter":{"ratings":{"minimum":1}},"sort":"-price","facets":true,"highlight":true,"response_limit":5,"offset":1}'
seed search nearest '\x07{"mode":"meaning","vector":['$zeros',-0.5],"match":"any","personal":true,"facets":true}'
seed search typed '\x02wireless hea'

# Tensors begin behind the header, whose length is in the first two bytes here: all of them are small.
number=3
for table in lexicon postings similar rules; do
    file=("$dir"/shop/bundle/$table-*)
    read -r low high < <(od -An -tu1 -N2 "${file[0]}")
    # shellcheck disable=SC2059
    { printf "\\x$(printf %02x $number)" && tail -c +$((low + 256 * high + 9)) "${file[0]}"; } >"$corpus/fuzz_search/$table"
    number=$((number + 1))
done

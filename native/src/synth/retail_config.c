/* The pocketrec.json that lies beside the made-up retailer's log. */
#include "retail_world.h"

void prt_retail_write_config(prt_synth_file *out) {
    prt_put_text(out, "{\n"
                      "  \"name\": \"retail\",\n"
                      "  \"items\": {\n"
                      "    \"files\": \"items.csv\",\n"
                      "    \"id\": \"item_id\",\n"
                      "    \"title\": \"title\",\n"
                      "    \"columns\": {\n"
                      "      \"category\": {\"type\": \"category\"},\n"
                      "      \"subcategory\": {\"type\": \"category\"},\n"
                      "      \"brand\": {\"type\": \"category\"},\n"
                      "      \"price\": {\"type\": \"real\", \"minimum\": 0}\n"
                      "    }\n"
                      "  },\n"
                      "  \"events\": [{\n"
                      "    \"files\": \"invoices.csv\",\n"
                      "    \"user\": \"customer_id\", \"item\": \"item_id\", \"time\": \"invoice_date\", "
                      "\"session\": \"invoice\",\n"
                      "    \"quantity\": \"quantity\", \"price\": \"unit_price\",\n"
                      "    \"returns\": {\"column\": \"invoice\", \"prefix\": \"C\"}, \"missing_user\": \"session\",\n"
                      "    \"type\": \"purchase\"\n"
                      "  }],\n"
                      "  \"purchases\": {\"price\": \"price\", \"category\": [\"category\", \"subcategory\"]}\n"
                      "}\n");
}

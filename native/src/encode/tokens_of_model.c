/* Vocabularies of models: reading, and refusing what core/src/encode/wordpiece.c does not do. */
#include "tokens_of_model.h"

#include "fail.h"
#include "readfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_TOKENS = 1 << 20 };
static const size_t MOST_BYTES = (size_t)256 << 20;

const char *prt_model_path(const char *folder, const char *file, pr_arena *arena) {
    const size_t size = strlen(folder) + strlen(file) + 2;
    char *path = pr_arena_take(arena, size);
    if (path)
        snprintf(path, size, "%s/%s", folder, file);
    return path;
}

/* The whole file in the arena; *out has no bytes when there is no such file. */
static pr_status read_file(const char *path, pr_arena *arena, pr_text *out, pr_error *error) {
    char *bytes;
    size_t size;
    *out = (pr_text){NULL, 0};
    if (!path)
        return prt_fail_memory(error, "reading the model");
    if (access(path, F_OK) != 0)
        return PR_OK;
    PRT_TRY(prt_file_read(path, MOST_BYTES, &bytes, &size, error));
    char *copy = pr_arena_take(arena, size + 1);
    if (copy)
        memcpy(copy, bytes, size);
    free(bytes);
    *out = (pr_text){copy, size};
    return copy ? PR_OK : prt_fail_memory(error, "reading the model");
}

static pr_status parse(const char *path, pr_text text, pr_arena *arena, const pr_json **out, pr_error *error) {
    const pr_json_limits limits = {MOST_BYTES, 32};
    pr_error inner = {0};
    const pr_status status = pr_json_parse(text.bytes, text.size, &limits, arena, out, &inner);
    return status == PR_OK ? PR_OK : prt_fail(error, status, "%s: %s", path, inner.message);
}

pr_status prt_model_json(const char *folder, const char *file, pr_arena *arena, const pr_json **out, pr_error *error) {
    const char *path = prt_model_path(folder, file, arena);
    pr_text text;
    *out = NULL;
    PRT_TRY(read_file(path, arena, &text, error));
    return text.bytes ? parse(path, text, arena, out, error) : PR_OK;
}

static bool flag(const pr_json *object, const char *key, bool otherwise) {
    const pr_json *value = pr_json_get(object, key);
    return value && value->type == PR_JSON_BOOL ? value->boolean : otherwise;
}

/* ---- looking tokens up while reading ---- */

static int compare_tokens(const pr_text *a, const pr_text *b) {
    const size_t common = a->size < b->size ? a->size : b->size;
    const int order = common ? memcmp(a->bytes, b->bytes, common) : 0;
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

static int compare_pointers(const void *a, const void *b) {
    const pr_text *x = *(const pr_text *const *)a, *y = *(const pr_text *const *)b;
    const int order = compare_tokens(x, y);
    return order ? order : (x > y) - (x < y);
}

static pr_status check_tokens(const char *path, const prt_model_tokens *m, pr_arena *arena, pr_error *error) {
    const pr_text **sorted = pr_arena_array(arena, m->count, sizeof(pr_text *));
    if (!sorted)
        return prt_fail_memory(error, "reading the vocabulary");
    for (uint32_t i = 0; i < m->count; i++) {
        sorted[i] = &m->tokens[i];
        if (m->tokens[i].size > PRT_LONGEST_TOKEN)
            return prt_fail(error, PR_E_FORMAT, "%s: token %u is longer than %d bytes", path, i, PRT_LONGEST_TOKEN);
    }
    qsort(sorted, m->count, sizeof *sorted, compare_pointers);
    for (uint32_t i = 1; i < m->count; i++) {
        if (compare_tokens(sorted[i - 1], sorted[i]) == 0)
            return prt_fail(error, PR_E_FORMAT,
                            "%s: the token \"%.*s\" has the two numbers %u and %u; use a vocabulary "
                            "without duplicates",
                            path, (int)(sorted[i]->size < 60 ? sorted[i]->size : 60), sorted[i]->bytes,
                            (unsigned)(sorted[i - 1] - m->tokens), (unsigned)(sorted[i] - m->tokens));
    }
    return PR_OK;
}

static bool find_token(const prt_model_tokens *m, const char *text, uint32_t *id) {
    const pr_text wanted = {text, strlen(text)};
    for (uint32_t i = 0; i < m->count; i++) {
        if (compare_tokens(&m->tokens[i], &wanted) == 0) {
            *id = i;
            return true;
        }
    }
    return false;
}

static pr_status need_token(const char *path, const prt_model_tokens *m, const char *text, uint32_t *id,
                            pr_error *error) {
    if (find_token(m, text, id))
        return PR_OK;
    return prt_fail(error, PR_E_FORMAT, "%s: the vocabulary has no token %s, which BERT models need", path, text);
}

/* ---- vocab.txt: a token a line ---- */

static pr_status split_lines(const char *path, pr_text text, pr_arena *arena, prt_model_tokens *m, pr_error *error) {
    size_t lines = 1;
    for (size_t i = 0; i < text.size; i++)
        lines += text.bytes[i] == '\n';
    if (lines > MOST_TOKENS)
        return prt_fail(error, PR_E_FORMAT, "%s: has more than %d lines", path, MOST_TOKENS);
    m->tokens = pr_arena_array(arena, lines, sizeof *m->tokens);
    if (!m->tokens)
        return prt_fail_memory(error, "reading the vocabulary");
    for (size_t at = 0; at < text.size;) {
        const char *end = memchr(text.bytes + at, '\n', text.size - at);
        size_t size = end ? (size_t)(end - text.bytes) - at : text.size - at;
        const size_t next = at + size + 1;
        size -= size && text.bytes[at + size - 1] == '\r';
        m->tokens[m->count++] = (pr_text){text.bytes + at, size};
        at = next;
    }
    return PR_OK;
}

static pr_status read_vocab_txt(const char *folder, pr_arena *arena, prt_model_tokens *m, pr_error *error) {
    static const char *const special[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
    const char *path = prt_model_path(folder, "vocab.txt", arena);
    const pr_json *settings;
    pr_text text;
    PRT_TRY(read_file(path, arena, &text, error));
    if (!text.bytes)
        return prt_fail(error, PR_E_IO,
                        "%s: has neither tokenizer.json nor vocab.txt; give the folder of a whole model", folder);
    PRT_TRY(split_lines(path, text, arena, m, error));
    PRT_TRY(check_tokens(path, m, arena, error));
    PRT_TRY(prt_model_json(folder, "tokenizer_config.json", arena, &settings, error));
    m->lower = flag(settings, "do_lower_case", true);
    m->strip_accents = flag(settings, "strip_accents", m->lower);
    m->ideographs = flag(settings, "tokenize_chinese_chars", true);
    m->longest_word = 100;
    PRT_TRY(need_token(path, m, "[UNK]", &m->unk, error));
    for (size_t i = 0; i < PRT_COUNT(special); i++)
        m->special_count += find_token(m, special[i], &m->special[m->special_count]);
    return PR_OK;
}

/* ---- tokenizer.json ---- */

typedef struct scanner {
    const char *path;
    pr_text text;
    size_t at;
} scanner;

static void skip_space(scanner *s) {
    while (s->at < s->text.size && strchr(" \t\r\n", s->text.bytes[s->at]) && s->text.bytes[s->at])
        s->at++;
}

static bool take(scanner *s, char c) {
    skip_space(s);
    if (s->at >= s->text.size || s->text.bytes[s->at] != c)
        return false;
    s->at++;
    return true;
}

/* A string with its quotes, as it stands in the text. */
static bool take_string(scanner *s, pr_text *out) {
    skip_space(s);
    const size_t begin = s->at;
    if (!take(s, '"'))
        return false;
    while (s->at < s->text.size && s->text.bytes[s->at] != '"')
        s->at += s->text.bytes[s->at] == '\\' ? 2 : 1;
    if (s->at >= s->text.size)
        return false;
    s->at++;
    *out = (pr_text){s->text.bytes + begin, s->at - begin};
    return true;
}

static bool take_number(scanner *s, uint32_t *out) {
    skip_space(s);
    const size_t begin = s->at;
    uint64_t value = 0;
    for (; s->at < s->text.size && s->text.bytes[s->at] >= '0' && s->text.bytes[s->at] <= '9' && value <= MOST_TOKENS;
         s->at++)
        value = value * 10 + (uint64_t)(s->text.bytes[s->at] - '0');
    *out = (uint32_t)value;
    return s->at > begin && value < MOST_TOKENS;
}

/* Go behind "vocab": { at the second level of the file, in "model". */
static bool find_vocabulary(scanner *s) {
    for (int depth = 0; s->at < s->text.size;) {
        const char c = s->text.bytes[s->at];
        pr_text word;
        if (c != '"') {
            depth += (c == '{' || c == '[') - (c == '}' || c == ']');
            s->at++;
        } else if (!take_string(s, &word)) {
            return false;
        } else if (depth == 2 && word.size == 7 && memcmp(word.bytes, "\"vocab\"", 7) == 0 && take(s, ':')) {
            return take(s, '{');
        }
    }
    return false;
}

static pr_status wrong_vocabulary(const scanner *s, const char *what, pr_error *error) {
    return prt_fail(error, PR_E_FORMAT, "%s: %s near byte %zu of the vocabulary; download the model again", s->path,
                    what, s->at);
}

static pr_status unquote(const scanner *s, pr_text quoted, pr_arena *arena, pr_text *out, pr_error *error) {
    const pr_json *value;
    if (!memchr(quoted.bytes, '\\', quoted.size)) {
        *out = (pr_text){quoted.bytes + 1, quoted.size - 2};
        return PR_OK;
    }
    PRT_TRY(parse(s->path, quoted, arena, &value, error));
    *out = (pr_text){value->string, value->size};
    return PR_OK;
}

/* The members "token": id up to the closing brace. Ids may come in any order, but each once and none left out. */
static pr_status take_vocabulary(scanner *s, pr_arena *arena, prt_model_tokens *m, pr_error *error) {
    size_t room = 1;
    for (size_t i = s->at; i < s->text.size && room < MOST_TOKENS; i++)
        room += s->text.bytes[i] == ':';
    m->tokens = pr_arena_array(arena, room + PRT_MOST_SPECIAL, sizeof *m->tokens);
    if (!m->tokens)
        return prt_fail_memory(error, "reading the vocabulary");
    uint32_t highest = 0;
    while (!take(s, '}')) {
        pr_text quoted, token;
        uint32_t id;
        if ((m->count && !take(s, ',')) || !take_string(s, &quoted) || !take(s, ':') || !take_number(s, &id) ||
            id >= room)
            return wrong_vocabulary(s, "something else than \"token\": number stands", error);
        PRT_TRY(unquote(s, quoted, arena, &token, error));
        if (m->tokens[id].bytes)
            return wrong_vocabulary(s, "a number is given to two tokens", error);
        m->tokens[id] = token;
        m->count++;
        highest = id > highest ? id : highest;
    }
    if (m->count == 0 || highest != m->count - 1)
        return wrong_vocabulary(s, "a number is left out", error);
    return PR_OK;
}

static pr_status refuse(const char *path, const char *what, pr_error *error) {
    return prt_fail(error, PR_E_FORMAT, "%s: %s; only the tokenizer of BERT models is known here", path, what);
}

/* Tokens that are found as a whole in any text. */
static pr_status read_added(const char *path, const pr_json *root, prt_model_tokens *m, pr_error *error) {
    const pr_json *added = pr_json_get(root, "added_tokens");
    for (const pr_json *token = added ? added->first : NULL; token; token = token->next) {
        const pr_json *content = pr_json_get(token, "content"), *id = pr_json_get(token, "id");
        if (!content || content->type != PR_JSON_STRING || content->size == 0 || !id || !id->is_integer ||
            id->number < 0 || id->number > m->count)
            return refuse(path, "an added token has no text or no right number", error);
        if (flag(token, "lstrip", false) || flag(token, "rstrip", false) || flag(token, "single_word", false) ||
            flag(token, "normalized", false))
            return refuse(path, "an added token wants to be found in another way than literally", error);
        if (m->special_count == PRT_MOST_SPECIAL)
            return refuse(path, "there are more than 64 added tokens", error);
        const pr_text text = {content->string, content->size};
        const uint32_t number = (uint32_t)id->number;
        if (number == m->count)
            m->tokens[m->count++] = text;
        else if (compare_tokens(&m->tokens[number], &text) != 0)
            return refuse(path, "an added token has the number of another", error);
        m->special[m->special_count++] = number;
    }
    return PR_OK;
}

static pr_status read_settings(const char *path, const pr_json *root, prt_model_tokens *m, pr_error *error) {
    const pr_json *model = pr_json_get(root, "model"), *normalizer = pr_json_get(root, "normalizer");
    const pr_json *type = pr_json_get(model, "type"), *prefix = pr_json_get(model, "continuing_subword_prefix");
    const pr_json *longest = pr_json_get(model, "max_input_chars_per_word"), *unk = pr_json_get(model, "unk_token");
    if ((type && !pr_json_is(type, "WordPiece")) || !unk || unk->type != PR_JSON_STRING)
        return refuse(path, "the model is not WordPiece", error);
    if (prefix && !pr_json_is(prefix, "##"))
        return refuse(path, "the prefix of inner pieces is not ##", error);
    if (longest && (!longest->is_integer || longest->number < 1 || longest->number > 100))
        return refuse(path, "max_input_chars_per_word is not from 1 to 100", error);
    if (!pr_json_is(pr_json_get(normalizer, "type"), "BertNormalizer") || !flag(normalizer, "clean_text", true))
        return refuse(path, "the normalizer is not BertNormalizer with clean_text", error);
    if (!pr_json_is(pr_json_get(pr_json_get(root, "pre_tokenizer"), "type"), "BertPreTokenizer"))
        return refuse(path, "the pre_tokenizer is not BertPreTokenizer", error);
    m->lower = flag(normalizer, "lowercase", true);
    m->strip_accents = flag(normalizer, "strip_accents", m->lower);
    m->ideographs = flag(normalizer, "handle_chinese_chars", true);
    m->longest_word = longest ? (uint32_t)longest->number : 100;
    return need_token(path, m, unk->string, &m->unk, error);
}

static pr_status read_tokenizer_json(const char *path, pr_text text, pr_arena *arena, prt_model_tokens *m,
                                     pr_error *error) {
    scanner s = {path, text, 0};
    const pr_json *root;
    if (!find_vocabulary(&s))
        return refuse(path, "it has no vocabulary", error);
    const size_t begin = s.at;
    PRT_TRY(take_vocabulary(&s, arena, m, error));
    /* The rest without the vocabulary is small enough for the reader of JSON. */
    pr_buffer rest = {.arena = arena};
    pr_buffer_append(&rest, text.bytes, begin);
    pr_buffer_append(&rest, text.bytes + s.at - 1, text.size - s.at + 1);
    if (rest.failed)
        return prt_fail_memory(error, "reading the vocabulary");
    PRT_TRY(parse(path, (pr_text){rest.bytes, rest.size}, arena, &root, error));
    PRT_TRY(read_added(path, root, m, error));
    PRT_TRY(check_tokens(path, m, arena, error));
    return read_settings(path, root, m, error);
}

/* ---- both ---- */

/* What Sentence Transformers cut a text to, else what the tokenizer says. */
static pr_status read_most(const char *folder, pr_arena *arena, prt_model_tokens *m, pr_error *error) {
    const pr_json *sentence, *tokenizer;
    PRT_TRY(prt_model_json(folder, "sentence_bert_config.json", arena, &sentence, error));
    PRT_TRY(prt_model_json(folder, "tokenizer_config.json", arena, &tokenizer, error));
    const pr_json *most = pr_json_get(sentence, "max_seq_length");
    if (!most || most->type != PR_JSON_NUMBER)
        most = pr_json_get(tokenizer, "model_max_length");
    if (most && most->type == PR_JSON_NUMBER && most->is_integer && most->number > 0)
        m->most_tokens = (uint64_t)most->number;
    return PR_OK;
}

pr_status prt_model_tokens_read(const char *folder, pr_arena *arena, prt_model_tokens *out, pr_error *error) {
    const char *path = prt_model_path(folder, "tokenizer.json", arena);
    pr_text text;
    *out = (prt_model_tokens){0};
    PRT_TRY(read_file(path, arena, &text, error));
    if (text.bytes)
        PRT_TRY(read_tokenizer_json(path, text, arena, out, error));
    else
        PRT_TRY(read_vocab_txt(folder, arena, out, error));
    PRT_TRY(need_token(folder, out, "[CLS]", &out->cls, error));
    PRT_TRY(need_token(folder, out, "[SEP]", &out->sep, error));
    return read_most(folder, arena, out, error);
}

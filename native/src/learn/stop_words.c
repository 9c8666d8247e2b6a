/* English words that stand in every kind of text: articles, pronouns, prepositions, auxiliaries. */
#include "fail.h"
#include "tfidf.h"

#include <string.h>

enum { LONGEST = 10 };

/* Sorted bytewise. */
static const char *const WORDS[] = {
    "about", "above", "after",   "again",   "all",   "also",   "am",     "an",     "and",  "any",    "are",
    "as",    "at",    "be",      "because", "been",  "before", "being",  "below",  "both", "but",    "by",
    "can",   "could", "did",     "do",      "does",  "doing",  "down",   "during", "each", "every",  "few",
    "for",   "from",  "further", "had",     "has",   "have",   "having", "he",     "her",  "here",   "hers",
    "him",   "his",   "how",     "if",      "in",    "into",   "is",     "it",     "its",  "just",   "me",
    "more",  "most",  "my",      "no",      "nor",   "not",    "of",     "off",    "on",   "once",   "only",
    "or",    "other", "our",     "ours",    "out",   "over",   "own",    "same",   "she",  "should", "so",
    "some",  "such",  "than",    "that",    "the",   "their",  "theirs", "them",   "then", "there",  "these",
    "they",  "this",  "those",   "through", "to",    "too",    "under",  "until",  "up",   "very",   "was",
    "we",    "were",  "what",    "when",    "where", "which",  "while",  "who",    "whom", "whose",  "why",
    "will",  "with",  "without", "would",   "you",   "your",   "yours",
};

bool prt_is_english_stop_word(const char *word, size_t size) {
    size_t low = 0, high = PRT_COUNT(WORDS);
    if (size > LONGEST)
        return false;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strncmp(WORDS[middle], word, size);
        if (order == 0)
            order = WORDS[middle][size] != '\0';
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

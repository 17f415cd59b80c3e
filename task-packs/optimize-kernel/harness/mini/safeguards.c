#include "safeguards.h"

#include <string.h>

static const struct {
  const char *name;
  unsigned bit;
} known[] = {
    {"freeze", SAFEGUARD_FREEZE}, {"seccomp", SAFEGUARD_SECCOMP}, {"floor", SAFEGUARD_FLOOR},
    {"poison", SAFEGUARD_POISON}, {"fresh", SAFEGUARD_FRESH},     {"guard", SAFEGUARD_GUARD},
};

static unsigned bit_of(const char *name, size_t length) {
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    if (strlen(known[i].name) == length && strncmp(known[i].name, name, length) == 0) return known[i].bit;
  }
  return 0;
}

unsigned safeguards_without(const char *names) {
  unsigned left = SAFEGUARD_ALL;
  while (*names) {
    size_t length = strcspn(names, ",");
    unsigned bit = bit_of(names, length);
    if (bit == 0) return 0;
    left &= ~bit;
    names += length;
    if (*names == ',') names++;
  }
  return left;
}

/* Tries to compile someone else's solution: includes files outside the system's headers. */
#include "/etc/passwd"
#include "anchors/reference.c"
#include "../../../reference/mini/solution.c"

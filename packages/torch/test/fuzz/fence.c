// Preloaded under the fuzzer: a block from posix_memalign, which is what libtorch's tensors live in, ends at a page
// that is not mapped, and its pages are unmapped when it is freed. So an operator that reads or writes behind a
// tensor, or uses one that was freed, ends the process at once instead of spoiling something else.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096UL
#define RESERVED (1UL << 45)
#define ALIGNMENT 16UL

static char *first, *next_page;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static void (*real_free)(void *);
static int (*real_memalign)(void **, size_t, size_t);
static int disabled;

static void prepare(void) {
  real_free = dlsym(RTLD_NEXT, "free");
  real_memalign = dlsym(RTLD_NEXT, "posix_memalign");
  first = mmap(NULL, RESERVED, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (first == MAP_FAILED) disabled = 1;
  next_page = first;
}

static int ours(const void *block) { return first && (const char *)block >= first && (const char *)block < first + RESERVED; }

// The page before a block's own pages holds its size.
int posix_memalign(void **out, size_t alignment, size_t size) {
  pthread_once(&once, prepare);
  if (alignment != 64) return real_memalign(out, alignment, size);  // not a tensor's
  const size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  const size_t pages = (rounded + PAGE - 1) / PAGE;
  pthread_mutex_lock(&lock);
  char *start = next_page;
  next_page += (pages + 2) * PAGE;
  const int full = disabled || next_page > first + RESERVED;
  pthread_mutex_unlock(&lock);
  if (full || mprotect(start, (pages + 1) * PAGE, PROT_READ | PROT_WRITE) != 0) return ENOMEM;
  *(size_t *)start = pages;
  char *block = start + PAGE + pages * PAGE - rounded;
  memset(start + PAGE, 0xA5, (size_t)(block - (start + PAGE)));
  memset(block, 0xCB, rounded < 65536 ? rounded : 65536);
  ((size_t *)start)[1] = rounded;
  *out = block;
  return 0;
}

void free(void *block) {
  if (!ours(block)) {
    if (!real_free) pthread_once(&once, prepare);
    real_free(block);
    return;
  }
  // The block starts in its first page unless it is empty; the page before holds the size.
  char *page = (char *)((uintptr_t)block / PAGE * PAGE);
  char *start = page - PAGE;
  const size_t pages = *(size_t *)start;
  for (char *c = page; c < (char *)block; ++c)
    if ((unsigned char)*c != 0xA5) __builtin_trap();  // something wrote before the block
  madvise(start, (pages + 1) * PAGE, MADV_DONTNEED);
  mprotect(start, (pages + 1) * PAGE, PROT_NONE);
}

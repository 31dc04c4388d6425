// The CPU allocator: counted, capped by what the machine can hold, and with a cache of large blocks.
#pragma once

#include <cstddef>

namespace twoview {

struct MemoryStatistics {
  size_t bytes;        // in live tensors
  size_t peakBytes;    // the most there ever were since the last reset
  size_t cachedBytes;  // kept for reuse
};

/// Replaces libtorch's CPU allocator for the whole process; a second call does nothing.
void installAllocator();
MemoryStatistics memoryStatistics();
void resetPeakMemory();
void emptyMemoryCache();
/// Refuses allocations beyond this many live bytes; 0 stands for no limit but the machine's.
void setMemoryLimit(size_t bytes);

}  // namespace twoview

// A training step allocates and frees the same large blocks again and again. glibc returns each to the kernel, and
// every reuse pays for its page faults anew (0.7 ms for 160 KiB on a virtual machine, where an addition takes 0.01 ms); so
// blocks from 16 KiB up go to a free list by size instead.
// A request that memory cannot hold is an Error: Linux would grant it and kill the process on first use.
#include "allocator.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "state.h"

namespace twoview {
namespace {

constexpr size_t kHeader = 64;  // keeps the payload aligned as libtorch's own allocator does
constexpr size_t kCachedFrom = size_t{16} << 10;
constexpr size_t kCheckedFrom = size_t{64} << 20;
constexpr size_t kHugePage = size_t{2} << 20;

struct Header {
  size_t size;      // as asked for
  size_t capacity;  // as allocated, header included
};

std::atomic<size_t> liveBytes{0}, peakBytes{0}, limitBytes{0};

class BlockCache {
 public:
  void* take(size_t capacity) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto entry = blocks_.find(capacity);
    if (entry == blocks_.end() || entry->second.empty()) return nullptr;
    void* block = entry->second.back();
    entry->second.pop_back();
    bytes_ -= capacity;
    return block;
  }

  bool put(void* block, size_t capacity) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (bytes_ + capacity > kMaxBytes) return false;
    blocks_[capacity].push_back(block);
    bytes_ += capacity;
    return true;
  }

  void clear() {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto& [capacity, list] : blocks_)
      for (void* block : list) std::free(block);
    blocks_.clear();
    bytes_ = 0;
  }

  size_t bytes() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return bytes_;
  }

 private:
  const size_t kMaxBytes = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE)) / 8;
  std::mutex mutex_;
  std::unordered_map<size_t, std::vector<void*>> blocks_;
  size_t bytes_ = 0;
};

BlockCache& cache() {
  static BlockCache* instance = new BlockCache();  // never destroyed: tensors may be freed during exit
  return *instance;
}

size_t readNumber(const char* path) {
  std::ifstream file(path);
  size_t value = 0;
  return file >> value ? value : SIZE_MAX;  // cgroup files say "max" where there is no limit
}

size_t pageCacheOfContainer() {
  std::ifstream file("/sys/fs/cgroup/memory.stat");
  std::string name;
  size_t value = 0, cached = 0;
  while (file >> name >> value)
    if (name == "inactive_file" || name == "active_file") cached += value;
  return cached;
}

/// Bytes that the machine (or its container) can still give, without swapping.
size_t availableMemory() {
  size_t available = SIZE_MAX;
  if (std::FILE* file = std::fopen("/proc/meminfo", "r")) {
    char line[128];
    size_t kibibytes = 0;
    while (std::fgets(line, sizeof line, file))
      if (std::sscanf(line, "MemAvailable: %zu kB", &kibibytes) == 1) available = kibibytes << 10;
    std::fclose(file);
  }
  const size_t most = readNumber("/sys/fs/cgroup/memory.max");
  if (most != SIZE_MAX) {
    // What counts as used includes the page cache, which the kernel gives back before it refuses anything.
    const size_t current = readNumber("/sys/fs/cgroup/memory.current");
    const size_t cached = pageCacheOfContainer();
    const size_t used = current == SIZE_MAX ? 0 : current - std::min(current, cached);
    available = std::min(available, used < most ? most - used : 0);
  }
  return available;
}

/// Sizes that are nearly equal share a list: rounded up to an eighth of their power of two.
size_t roundedCapacity(size_t bytes) {
  if (bytes < kCachedFrom) return bytes;
  const size_t step = size_t{1} << (63 - __builtin_clzll(bytes) - 3);
  return (bytes + step - 1) / step * step;
}

std::string megabytes(size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

void refuse(size_t size, const std::string& why) {
  TORCH_CHECK(false, "not enough memory: a tensor of ", megabytes(size), " was asked for, ", why);
}

void* allocateBlock(size_t size) {
  if (size > SIZE_MAX / 4) refuse(size, "more than any machine has");
  const size_t limit = limitBytes.load(std::memory_order_relaxed);
  if (limit && liveBytes.load(std::memory_order_relaxed) + size > limit) refuse(size, "the limit is " + megabytes(limit));
  const size_t capacity = roundedCapacity(size + kHeader);
  void* block = capacity >= kCachedFrom ? cache().take(capacity) : nullptr;
  if (!block) {
    if (capacity >= kCheckedFrom && capacity > availableMemory()) {
      cache().clear();
      const size_t available = availableMemory();
      if (capacity > available) refuse(size, megabytes(available) + " are available");
    }
    const size_t alignment = capacity >= 2 * kHugePage ? kHugePage : kHeader;
    if (posix_memalign(&block, alignment, capacity) != 0) {
      cache().clear();
      if (posix_memalign(&block, alignment, capacity) != 0) refuse(size, "the system has none left");
    }
    if (capacity >= 2 * kHugePage) madvise(block, capacity, MADV_HUGEPAGE);
  }
  *static_cast<Header*>(block) = {size, capacity};
  const size_t live = liveBytes.fetch_add(size, std::memory_order_relaxed) + size;
  size_t peak = peakBytes.load(std::memory_order_relaxed);
  while (live > peak && !peakBytes.compare_exchange_weak(peak, live, std::memory_order_relaxed)) {
  }
  return static_cast<char*>(block) + kHeader;
}

void freeBlock(void* data) {
  if (!data) return;
  void* block = static_cast<char*>(data) - kHeader;
  const Header header = *static_cast<Header*>(block);
  liveBytes.fetch_sub(header.size, std::memory_order_relaxed);
  if (header.capacity < kCachedFrom || !cache().put(block, header.capacity)) std::free(block);
}

struct CountingAllocator final : c10::Allocator {
#if TWOVIEW_TORCH_AT_LEAST(2, 3)
  c10::DataPtr allocate(size_t size) override {
#else
  c10::DataPtr allocate(size_t size) const override {
#endif
    void* data = size == 0 ? nullptr : allocateBlock(size);
    return {data, data, &freeBlock, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &freeBlock; }
#if TWOVIEW_TORCH_AT_LEAST(2, 2)
  void copy_data(void* target, const void* source, std::size_t count) const override { default_copy_data(target, source, count); }
#endif
};

}  // namespace

void installAllocator() {
  static std::once_flag once;
  std::call_once(once, [] { c10::SetAllocator(c10::DeviceType::CPU, new CountingAllocator(), /*priority=*/255); });
}

MemoryStatistics memoryStatistics() { return {liveBytes.load(), peakBytes.load(), cache().bytes()}; }
void resetPeakMemory() { peakBytes.store(liveBytes.load()); }
void emptyMemoryCache() { cache().clear(); }
void setMemoryLimit(size_t bytes) { limitBytes.store(bytes); }

}  // namespace twoview

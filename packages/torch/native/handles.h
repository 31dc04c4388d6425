// Handles: JavaScript holds a tensor (or a generator) as one number, generation * 2^24 + slot. A number that was
// freed, or that belongs to another thread's table, no longer matches its slot's generation and is refused.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace twoview {

uint32_t nextGenerationBase();

template <class T>
class HandleTable {
 public:
  HandleTable() : base_(nextGenerationBase()) {}

  double insert(T value) {
    uint32_t slot;
    if (free_.empty()) {
      if (slots_.size() >= kMaxSlots) return 0;
      slot = static_cast<uint32_t>(slots_.size());
      slots_.push_back({T(), base_, false});
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    Slot& s = slots_[slot];
    s.value = std::move(value);
    s.used = true;
    ++live_;
    return static_cast<double>(s.generation) * kMaxSlots + slot;
  }

  T* find(double handle) {
    if (!(handle >= kMaxSlots) || handle > 9007199254740991.0) return nullptr;
    const uint64_t bits = static_cast<uint64_t>(handle);
    const uint32_t slot = static_cast<uint32_t>(bits & (kMaxSlots - 1));
    if (slot >= slots_.size()) return nullptr;
    Slot& s = slots_[slot];
    return s.used && s.generation == static_cast<uint32_t>(bits >> kSlotBits) ? &s.value : nullptr;
  }

  bool release(double handle) {
    T* value = find(handle);
    if (!value) return false;
    const uint32_t slot = static_cast<uint32_t>(static_cast<uint64_t>(handle) & (kMaxSlots - 1));
    Slot& s = slots_[slot];
    T dying = std::move(s.value);  // destroyed last: a destructor may run for long and must find a consistent table
    s.value = T();
    s.used = false;
    s.generation = s.generation >= kMaxGeneration ? 1 : s.generation + 1;
    free_.push_back(slot);
    --live_;
    return true;
  }

  size_t live() const { return live_; }

 private:
  static constexpr uint32_t kSlotBits = 24;
  static constexpr uint32_t kMaxSlots = 1u << kSlotBits;
  static constexpr uint32_t kMaxGeneration = (1u << 29) - 1;
  struct Slot {
    T value;
    uint32_t generation;
    bool used;
  };
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  uint32_t base_;
  size_t live_ = 0;
};

}  // namespace twoview

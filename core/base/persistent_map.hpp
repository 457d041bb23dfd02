#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "core/base/assert.hpp"
#include "core/base/hash.hpp"

namespace warren {

/// A hash table with structural sharing (a hash array mapped trie): copying the whole is O(1), and an insert or erase
/// copies only the nodes on one path (at most 13, usually 2 or 3), so that every version stays valid and immutable for
/// whoever holds it. That is what makes a snapshot of all metadata free.
///
///   node:  | refs | data_map | child_map | collisions | child pointers … | entries … |
///
/// Five hash bits pick one of 32 slots a level; a bit in data_map says that the slot holds an entry, one in child_map
/// that it holds a node; only occupied slots take memory. Where all 60 bits are equal, a collision node is a plain
/// list.
///
/// Entries hold their key: KeyOf gives it. Lookups take any type that hashes (hash_of) and compares like the key, so
/// that a std::string key is found by std::string_view without an allocation. Different copies may be used by different
/// threads; one copy is for one writer, like any standard container.
template <class Entry, class KeyOf>
class persistent_table {
  struct node {
    std::atomic<std::uint32_t> refs{1};
    std::uint32_t data_map = 0;
    std::uint32_t child_map = 0;
    std::uint32_t collisions = 0;  ///< not 0: this many entries with equal hashes, and nothing else
    [[nodiscard]] unsigned entry_count() const { return collisions != 0 ? collisions : std::popcount(data_map); }
    [[nodiscard]] unsigned child_count() const { return std::popcount(child_map); }
  };
  static_assert(sizeof(node) == 16);
  static_assert(alignof(Entry) <= 8);
  static constexpr unsigned bits = 5, max_shift = 60;

 public:
  class iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;
    using pointer = const Entry*;
    using reference = const Entry&;

    iterator() = default;
    explicit iterator(const node* root) {
      if (root == nullptr) return;
      push(root);
      settle();
    }
    reference operator*() const { return *entries(stack_[depth_ - 1].at_node, 0 + stack_[depth_ - 1].entry); }
    pointer operator->() const { return &**this; }
    iterator& operator++() {
      ++stack_[depth_ - 1].entry;
      settle();
      return *this;
    }
    iterator operator++(int) {
      iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const iterator& a, const iterator& b) {
      if (a.depth_ != b.depth_) return false;
      return a.depth_ == 0 || (a.stack_[a.depth_ - 1].at_node == b.stack_[b.depth_ - 1].at_node &&
                               a.stack_[a.depth_ - 1].entry == b.stack_[b.depth_ - 1].entry);
    }

   private:
    struct place {
      const node* at_node;
      std::uint16_t entry;
      std::uint16_t child;
    };
    void push(const node* n) { stack_[depth_++] = place{n, 0, 0}; }
    void settle() {  // moves to the next entry that exists; the end is an empty stack
      while (depth_ > 0) {
        place& top = stack_[depth_ - 1];
        if (top.entry < top.at_node->entry_count()) return;
        if (top.child < top.at_node->child_count()) {
          push(children(top.at_node)[top.child++]);
        } else {
          --depth_;
        }
      }
    }
    place stack_[max_shift / bits + 2];
    unsigned depth_ = 0;
  };
  using const_iterator = iterator;

  persistent_table() = default;
  persistent_table(const persistent_table& other) : root_(other.root_), size_(other.size_) { retain(root_); }
  persistent_table(persistent_table&& other) noexcept
      : root_(std::exchange(other.root_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  persistent_table& operator=(persistent_table other) noexcept {
    std::swap(root_, other.root_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~persistent_table() { release(root_); }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] iterator begin() const { return iterator(root_); }
  [[nodiscard]] iterator end() const { return {}; }

  /// Null when absent. Valid as long as any copy that holds this version.
  template <class Key>
  [[nodiscard]] const Entry* find(const Key& key) const {
    return find_hashed(hash_of(key), key);
  }
  template <class Key>
  [[nodiscard]] const Entry* find_hashed(std::uint64_t hash, const Key& key) const {
    const node* n = root_;
    for (unsigned shift = 0; n != nullptr; shift += bits) {
      if (n->collisions != 0) [[unlikely]] {
        for (unsigned i = 0; i < n->collisions; ++i) {
          if (KeyOf{}(*entries(n, i)) == key) return entries(n, i);
        }
        return nullptr;
      }
      const std::uint32_t bit = slot(hash, shift);
      if ((n->data_map & bit) != 0) {
        const Entry* e = entries(n, index(n->data_map, bit));
        return KeyOf{}(*e) == key ? e : nullptr;
      }
      if ((n->child_map & bit) == 0) return nullptr;
      n = children(n)[index(n->child_map, bit)];
    }
    return nullptr;
  }

  /// Inserts, or replaces the entry with the same key. True when the key is new.
  bool put(Entry entry) {
    const std::uint64_t hash = hash_of(KeyOf{}(entry));
    bool added = true;
    root_ = root_ == nullptr ? leaf(slot(hash, 0), std::move(entry)) : insert(root_, 0, hash, std::move(entry), added);
    if (added) ++size_;
    return added;
  }

  /// False when there was none.
  template <class Key>
  bool erase(const Key& key) {
    const std::uint64_t hash = hash_of(key);
    if (find_hashed(hash, key) == nullptr) return false;
    root_ = remove(root_, 0, hash, key);
    --size_;
    return true;
  }

 private:
  static std::uint32_t slot(std::uint64_t hash, unsigned shift) { return 1u << ((hash >> shift) & 31); }
  static unsigned index(std::uint32_t map, std::uint32_t bit) { return std::popcount(map & (bit - 1)); }
  static node** children(const node* n) { return reinterpret_cast<node**>(const_cast<node*>(n) + 1); }
  static Entry* entries(const node* n, unsigned at) {
    return reinterpret_cast<Entry*>(children(n) + n->child_count()) + at;
  }
  static bool unique(const node* n) { return n->refs.load(std::memory_order_acquire) == 1; }
  static node* retain(node* n) {
    if (n != nullptr) n->refs.fetch_add(1, std::memory_order_relaxed);
    return n;
  }
  static void release(node* n) {
    if (n == nullptr || n->refs.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    for (unsigned i = 0; i < n->child_count(); ++i) release(children(n)[i]);
    destroy(n);
  }
  static void destroy(node* n) {  // its children are somebody else's by now
    for (unsigned i = 0; i < n->entry_count(); ++i) entries(n, i)->~Entry();
    n->~node();
    ::operator delete(n);
  }
  static node* allocate(std::uint32_t data_map, std::uint32_t child_map, std::uint32_t collisions) {
    const std::size_t entry_count = collisions != 0 ? collisions : std::popcount(data_map);
    void* memory =
        ::operator new(sizeof(node) + std::popcount(child_map) * sizeof(node*) + entry_count * sizeof(Entry));
    node* n = new (memory) node;
    n->data_map = data_map;
    n->child_map = child_map;
    n->collisions = collisions;
    return n;
  }
  static node* leaf(std::uint32_t bit, Entry&& entry) {
    node* n = allocate(bit, 0, 0);
    new (entries(n, 0)) Entry(std::move(entry));
    return n;
  }

  /// A node with these maps made of `n`, whose reference is consumed; at `bit` stands `entry` or `child` (owned) or
  /// nothing. What stood at `bit` before is dropped; if it was a child of a node that is `ours`, the caller has
  /// consumed it. `ours` (nobody else holds n) is decided once by the caller: another thread may let go of n in
  /// between.
  static node* remake(node* n, bool ours, std::uint32_t data_map, std::uint32_t child_map, std::uint32_t bit,
                      Entry* entry, node* child) {
    node* made = allocate(data_map, child_map, 0);
    unsigned at = 0;
    for (std::uint32_t rest = child_map; rest != 0; rest &= rest - 1) {
      const std::uint32_t b = rest & -rest;
      node* c = b == bit ? child : children(n)[index(n->child_map, b)];
      if (b != bit && !ours) retain(c);
      children(made)[at++] = c;
    }
    at = 0;
    for (std::uint32_t rest = data_map; rest != 0; rest &= rest - 1) {
      const std::uint32_t b = rest & -rest;
      if (b == bit) {
        new (entries(made, at++)) Entry(std::move(*entry));
      } else if (Entry* from = entries(n, index(n->data_map, b)); ours) {
        new (entries(made, at++)) Entry(std::move(*from));
      } else {
        new (entries(made, at++)) Entry(*from);
      }
    }
    if (ours) {
      destroy(n);
    } else {
      release(n);
    }
    return made;
  }

  /// Two entries with different keys below `shift`.
  static node* pair(Entry&& a, std::uint64_t hash_a, Entry&& b, std::uint64_t hash_b, unsigned shift) {
    if (shift >= max_shift) {
      node* n = allocate(0, 0, 2);
      new (entries(n, 0)) Entry(std::move(a));
      new (entries(n, 1)) Entry(std::move(b));
      return n;
    }
    const std::uint32_t slot_a = slot(hash_a, shift), slot_b = slot(hash_b, shift);
    if (slot_a == slot_b) {
      node* below = pair(std::move(a), hash_a, std::move(b), hash_b, shift + bits);
      node* n = allocate(0, slot_a, 0);
      children(n)[0] = below;
      return n;
    }
    node* n = allocate(slot_a | slot_b, 0, 0);
    new (entries(n, slot_a < slot_b ? 0 : 1)) Entry(std::move(a));
    new (entries(n, slot_a < slot_b ? 1 : 0)) Entry(std::move(b));
    return n;
  }

  static node* insert(node* n, unsigned shift, std::uint64_t hash, Entry&& entry, bool& added) {
    if (n->collisions != 0) return insert_collision(n, std::move(entry), added);
    const std::uint32_t bit = slot(hash, shift);
    const bool ours = unique(n);
    if ((n->data_map & bit) != 0) {
      Entry& there = *entries(n, index(n->data_map, bit));
      if (KeyOf{}(there) == KeyOf{}(entry)) {
        added = false;
        if (!ours) return remake(n, false, n->data_map, n->child_map, bit, &entry, nullptr);
        there = std::move(entry);
        return n;
      }
      const std::uint64_t other_hash = hash_of(KeyOf{}(there));
      Entry other = ours ? Entry(std::move(there)) : Entry(there);
      node* below = pair(std::move(other), other_hash, std::move(entry), hash, shift + bits);
      return remake(n, ours, n->data_map & ~bit, n->child_map | bit, bit, nullptr, below);
    }
    if ((n->child_map & bit) == 0) return remake(n, ours, n->data_map | bit, n->child_map, bit, &entry, nullptr);
    node*& place = children(n)[index(n->child_map, bit)];
    if (ours) {
      place = insert(place, shift + bits, hash, std::move(entry), added);
      return n;
    }
    node* below = insert(retain(place), shift + bits, hash, std::move(entry), added);
    return remake(n, false, n->data_map, n->child_map, bit, nullptr, below);
  }

  static node* insert_collision(node* n, Entry&& entry, bool& added) {
    unsigned at = 0;
    while (at < n->collisions && !(KeyOf{}(*entries(n, at)) == KeyOf{}(entry))) ++at;
    added = at == n->collisions;
    node* made = allocate(0, 0, n->collisions + (added ? 1 : 0));
    for (unsigned i = 0; i < made->collisions; ++i) {
      if (i == at) {
        new (entries(made, i)) Entry(std::move(entry));
      } else {
        new (entries(made, i)) Entry(*entries(n, i));
      }
    }
    release(n);
    return made;
  }

  /// Null when nothing is left. The key is known to be present.
  template <class Key>
  static node* remove(node* n, unsigned shift, std::uint64_t hash, const Key& key) {
    if (n->collisions != 0) return remove_collision(n, key);
    const std::uint32_t bit = slot(hash, shift);
    const bool ours = unique(n);
    if ((n->data_map & bit) != 0) {
      if (n->data_map == bit && n->child_map == 0) {
        release(n);
        return nullptr;
      }
      return remake(n, ours, n->data_map & ~bit, n->child_map, bit, nullptr, nullptr);
    }
    node*& place = children(n)[index(n->child_map, bit)];
    node* below = remove(ours ? place : retain(place), shift + bits, hash, key);
    if (below ==
        nullptr) {  // only when a single entry stood in a node of its own, which inlining prevents, but be safe
      if (n->data_map == 0 && n->child_map == bit) {
        if (ours) {
          destroy(n);
        } else {
          release(n);
        }
        return nullptr;
      }
      return remake(n, ours, n->data_map, n->child_map & ~bit, bit, nullptr, nullptr);
    }
    if (below->child_map == 0 && below->entry_count() == 1) {  // a lone entry moves up: equal contents, equal shape
      Entry lone = unique(below) ? Entry(std::move(*entries(below, 0))) : Entry(*entries(below, 0));
      release(below);
      return remake(n, ours, n->data_map | bit, n->child_map & ~bit, bit, &lone, nullptr);
    }
    if (ours) {
      place = below;
      return n;
    }
    return remake(n, false, n->data_map, n->child_map, bit, nullptr, below);
  }

  template <class Key>
  static node* remove_collision(node* n, const Key& key) {
    node* made = n->collisions == 1 ? nullptr : allocate(0, 0, n->collisions - 1);
    unsigned to = 0;
    for (unsigned i = 0; i < n->collisions; ++i) {
      if (KeyOf{}(*entries(n, i)) == key) continue;
      new (entries(made, to++)) Entry(*entries(n, i));
    }
    release(n);
    return made;
  }

  node* root_ = nullptr;
  std::size_t size_ = 0;
};

struct first_of_pair {
  template <class Pair>
  const auto& operator()(const Pair& p) const {
    return p.first;
  }
};

/// The table as a map; see persistent_table.
template <class K, class V>
class persistent_map : public persistent_table<std::pair<K, V>, first_of_pair> {
  using table = persistent_table<std::pair<K, V>, first_of_pair>;

 public:
  template <class Key>
  [[nodiscard]] const V* get(const Key& key) const {
    const auto* entry = this->find(key);
    return entry == nullptr ? nullptr : &entry->second;
  }
  template <class Key>
  [[nodiscard]] const V* get_hashed(std::uint64_t hash, const Key& key) const {
    const auto* entry = this->find_hashed(hash, key);
    return entry == nullptr ? nullptr : &entry->second;
  }
  bool set(K key, V value) { return this->put({std::move(key), std::move(value)}); }
};

}  // namespace warren

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/persistent_map.hpp"
#include "core/routing/target_set.hpp"

namespace warren {

/// Binding keys of a topic exchange as a trie over words: `*` is one word, `#` none or more, words are separated by
/// dots.
///
///     audit.*.error      audit ──▶ * ──▶ error ● q1
///     audit.#                 └──▶ # ● q2
///
/// A match walks the key's words with the set of trie nodes that are still possible, so that its cost depends on the
/// bindings that fit a prefix of the key, not on how many there are, and is never more than nodes × words, whatever the
/// patterns. Structure-sharing: adding a binding copies the nodes on its path, a copy of the trie is O(1).
class topic_trie {
 public:
  struct node;
  using node_ptr = std::shared_ptr<const node>;
  struct node {
    target_set here;
    persistent_map<std::string, node_ptr> words;
    node_ptr star, hash;
    [[nodiscard]] bool empty() const { return here.empty() && words.empty() && !star && !hash; }
  };

  /// `#` nodes that were reached: they stay possible for every further word. A list that knows its members: by looking
  /// at all of them while they are few (nearly always), by hashing when somebody's bindings make many.
  class reached_hashes {
   public:
    void clear();
    bool insert(const node* n);  ///< false: was there already
    [[nodiscard]] std::size_t size() const { return list_.size(); }
    const node* operator[](std::size_t i) const { return list_[i]; }

   private:
    static constexpr std::size_t few = 16;
    bool insert_hashed(const node* n);
    std::vector<const node*> list_;
    std::vector<const node*> table_;  ///< open addressing; empty while the list is short
  };

  /// Memory of a match, reused between matches.
  struct scratch {
    std::vector<const node*> now, next;
    reached_hashes hashes;
  };

  void add(std::string_view binding_key, const route_target& target);
  void remove(std::string_view binding_key, const route_target& target);
  [[nodiscard]] bool empty() const { return root_ == nullptr; }

  /// Calls each(const target_set&) for every binding key that matches; a destination may come more than once.
  template <class Each>
  void match(std::string_view routing_key, scratch& memory, Each&& each) const;

 private:
  static void enter(const node* n, std::vector<const node*>& into, reached_hashes& hashes);
  static void step(const node* n, std::uint64_t word_hash, std::string_view word, std::vector<const node*>& into,
                   reached_hashes& hashes);
  node_ptr root_;
};

inline void topic_trie::reached_hashes::clear() {
  list_.clear();
  table_.clear();
}

inline bool topic_trie::reached_hashes::insert(const node* n) {
  if (list_.size() >= few) return insert_hashed(n);
  for (const node* known : list_) {
    if (known == n) return false;
  }
  list_.push_back(n);
  return true;
}

inline void topic_trie::enter(const node* n, std::vector<const node*>& into, reached_hashes& hashes) {
  into.push_back(n);
  const node* h = n->hash.get();
  while (h != nullptr && hashes.insert(h)) h = h->hash.get();  // `#` may stand for no word at all
}

inline void topic_trie::step(const node* n, std::uint64_t word_hash, std::string_view word,
                             std::vector<const node*>& into, reached_hashes& hashes) {
  if (const node_ptr* child = n->words.get_hashed(word_hash, word)) enter(child->get(), into, hashes);
  if (n->star) enter(n->star.get(), into, hashes);
}

template <class Each>
void topic_trie::match(std::string_view routing_key, scratch& memory, Each&& each) const {
  if (root_ == nullptr) return;
  auto& [now, next, hashes] = memory;
  now.clear();
  hashes.clear();
  enter(root_.get(), now, hashes);
  std::size_t at = 0;
  bool more = !routing_key.empty();  // the empty key has no words, "a." has two
  while (more) {
    const std::size_t dot = routing_key.find('.', at);
    const std::string_view word = routing_key.substr(at, dot == std::string_view::npos ? dot : dot - at);
    more = dot != std::string_view::npos;
    at = dot + 1;
    if (now.empty() && hashes.size() == 0) return;
    const std::uint64_t word_hash = hash_of(word);
    next.clear();
    const std::size_t hashes_before = hashes.size();  // those found in this step stand after the word already
    for (const node* n : now) step(n, word_hash, word, next, hashes);
    for (std::size_t i = 0; i < hashes_before; ++i) step(hashes[i], word_hash, word, next, hashes);
    std::swap(now, next);
  }
  for (const node* n : now) {
    if (!n->here.empty()) each(n->here);
  }
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (!hashes[i]->here.empty()) each(hashes[i]->here);
  }
}

}  // namespace warren

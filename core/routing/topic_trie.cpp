#include "core/routing/topic_trie.hpp"

namespace warren {
namespace {

using node = topic_trie::node;
using node_ptr = topic_trie::node_ptr;

/// The first word of `key` is cut off into `word`; false when there is none.
bool next_word(std::string_view& key, bool& at_end, std::string_view& word) {
  if (at_end) return false;
  const std::size_t dot = key.find('.');
  word = key.substr(0, dot);
  at_end = dot == std::string_view::npos;
  if (!at_end) key.remove_prefix(dot + 1);
  return true;
}

/// The child of `n` for this word of a binding key, as a place in the copy that is being made.
node_ptr child_of(const node& n, std::string_view word) {
  if (word == "*") return n.star;
  if (word == "#") return n.hash;
  const node_ptr* child = n.words.get(word);
  return child == nullptr ? nullptr : *child;
}

void set_child(node& n, std::string_view word, node_ptr child) {
  if (word == "*") {
    n.star = std::move(child);
  } else if (word == "#") {
    n.hash = std::move(child);
  } else if (child == nullptr) {
    n.words.erase(word);
  } else {
    n.words.set(std::string(word), std::move(child));
  }
}

node_ptr added(const node* n, std::string_view key, bool at_end, const route_target& target) {
  auto copy = n == nullptr ? std::make_shared<node>() : std::make_shared<node>(*n);
  std::string_view word;
  if (next_word(key, at_end, word)) {
    set_child(*copy, word, added(child_of(*copy, word).get(), key, at_end, target));
  } else {
    copy->here.add(target);
  }
  return copy;
}

node_ptr removed(const node_ptr& n, std::string_view key, bool at_end, const route_target& target) {
  if (n == nullptr) return nullptr;
  auto copy = std::make_shared<node>(*n);
  std::string_view word;
  if (next_word(key, at_end, word)) {
    const node_ptr child = child_of(*copy, word);
    if (child == nullptr) return n;
    set_child(*copy, word, removed(child, key, at_end, target));
  } else {
    copy->here.remove(target);
  }
  return copy->empty() ? nullptr : copy;
}

}  // namespace

bool topic_trie::reached_hashes::insert_hashed(const node* n) {
  const auto slot = [this](const node* m) -> const node*& {
    std::size_t at = hash_of(reinterpret_cast<std::uintptr_t>(m)) & (table_.size() - 1);
    while (table_[at] != nullptr && table_[at] != m) at = (at + 1) & (table_.size() - 1);
    return table_[at];
  };
  if (table_.size() < 2 * (list_.size() + 1)) {
    table_.assign(std::bit_ceil(4 * (list_.size() + 1)), nullptr);
    for (const node* known : list_) slot(known) = known;
  }
  const node*& place = slot(n);
  if (place != nullptr) return false;
  place = n;
  list_.push_back(n);
  return true;
}

void topic_trie::add(std::string_view binding_key, const route_target& target) {
  root_ = added(root_.get(), binding_key, binding_key.empty(), target);
}

void topic_trie::remove(std::string_view binding_key, const route_target& target) {
  root_ = removed(root_, binding_key, binding_key.empty(), target);
}

}  // namespace warren

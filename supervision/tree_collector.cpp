#include <memory>

#include "supervision/guarded.hpp"
#include "supervision/on_workers.hpp"
#include "supervision/test_crash.hpp"
#include "supervision/tree.hpp"

namespace warren::supervision {

namespace {

struct deadline_passed {};

}  // namespace
}  // namespace warren::supervision
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::deadline_passed)
namespace warren::supervision {

namespace {

/// Asks breadth first, one request per actor, all in flight together; answers once and ends.
class collector_actor final : public on_workers<caf::event_based_actor> {
 public:
  collector_actor(caf::actor_config& config, caf::actor root, std::chrono::milliseconds timeout)
      : on_workers(config), root_(std::move(root)), timeout_(timeout) {}

  const char* name() const override { return "tree_collector"; }

  caf::behavior make_behavior() override {
    return {
        [this](tree_request) -> caf::result<tree_node> {
          if (!root_) return caf::make_error(caf::sec::invalid_argument);
          promise_ = make_response_promise();
          delayed_send(this, timeout_, deadline_passed{});
          child_info top;
          top.handle = std::move(root_);
          top.state = child_state::running;
          collect(0, std::move(top));
          finish_if_complete();
          return caf::delegated<tree_node>{};
        },
        [this](deadline_passed) { finish(); },
    };
  }

 private:
  struct item {
    tree_node node;
    std::vector<std::size_t> children;
    bool asked = false;
  };

  std::size_t collect(std::size_t parent, child_info info) {
    const auto at = items_.size();
    items_.emplace_back();
    if (at != 0) items_[parent].children.push_back(at);
    auto& node = items_[at].node;
    node.name = std::move(info.name);
    node.kind = info.kind;
    node.state = to_string(info.state);
    node.restarts = info.restarts;
    node.last_exit = std::move(info.last_exit);
    if (!info.handle) return at;
    node.actor_id = info.handle.id();
    node.actor = info.handle.address();
    if (dynamic_cast<tree_member*>(caf::actor_cast<caf::abstract_actor*>(info.handle)) != nullptr) ask(at, info.handle);
    return at;
  }

  void ask(std::size_t at, const caf::actor& whom) {
    items_[at].asked = true;
    ++outstanding_;
    // Not with a std::chrono timeout: CAF 0.17 drops the priority then.
    request<caf::message_priority::high>(whom, caf::infinite, tree_query{at})
        .then([this](tree_report& report) { reported(report); },
              [this, at](caf::error& why) {  // it ended meanwhile
                items_[at].node.state = to_string(child_state::gone);
                items_[at].node.last_exit = render(why);
                answered(at);
              });
  }

  void reported(tree_report& report) {
    const auto at = static_cast<std::size_t>(report.ticket);
    auto& node = items_[at].node;
    if (at == 0) node.name = std::move(report.name);
    node.kind = std::move(report.kind);
    node.mailbox = report.mailbox;
    for (auto& child : report.children) collect(at, std::move(child));
    answered(at);
  }

  void answered(std::size_t at) {
    items_[at].asked = false;
    --outstanding_;
    finish_if_complete();
  }

  void finish_if_complete() {
    if (outstanding_ == 0) finish();
  }

  void finish() {
    for (auto& i : items_)
      if (i.asked) i.node.state = "busy";
    promise_.deliver(assemble(0));
    quit();
  }

  tree_node assemble(std::size_t at) {
    auto node = std::move(items_[at].node);
    node.children.reserve(items_[at].children.size());
    for (const auto child : items_[at].children) node.children.push_back(assemble(child));
    return node;
  }

  caf::actor root_;
  std::chrono::milliseconds timeout_;
  caf::response_promise promise_;
  std::vector<item> items_;
  std::size_t outstanding_ = 0;
};

}  // namespace

caf::actor tree_collector(caf::actor_system& system, caf::actor root, std::chrono::milliseconds timeout) {
  return system.spawn<collector_actor>(std::move(root), timeout);
}

tree_node take_tree(caf::actor_system& system, const caf::actor& root, std::chrono::milliseconds timeout) {
  tree_node tree;
  caf::scoped_actor self{system};
  self->request(tree_collector(system, root, timeout), caf::infinite, tree_request{})
      .receive([&](tree_node& answer) { tree = std::move(answer); },
               [&](caf::error& why) {
                 tree.state = "gone";
                 tree.last_exit = render(why);
               });
  return tree;
}

bool crash_by_path(caf::actor_system& system, const caf::actor& root, std::string_view path, std::string reason,
                   std::chrono::milliseconds timeout) {
  const auto tree = take_tree(system, root, timeout);
  const auto* node = find(tree, path);
  if (node == nullptr) return false;
  const auto target = caf::actor_cast<caf::actor>(node->actor);
  if (!target) return false;
  caf::anon_send<caf::message_priority::high>(target, test_crash{std::move(reason)});
  return true;
}

}  // namespace warren::supervision

#include <deque>
#include <thread>

#include "actors/control/peer_parts.hpp"
#include "tests/unit/actors/control/control_fixture.hpp"

using namespace control_test;
using distribution::peer_down;
using distribution::peer_message;
using distribution::peer_up;

namespace {

/// Two ends of a link between two nodes: what one sends, the other's subscriber gets.
class wire {
 public:
  class end : public distribution::peer_transport {
   public:
    end(wire& w, std::string own, std::string peer) : wire_(w), own_(std::move(own)), peer_(std::move(peer)) {}
    void subscribe(distribution::service s, caf::actor who) override {
      if (s != distribution::service::control) return;
      {
        std::lock_guard lock(wire_.mutex_);
        who_ = who;
      }
      caf::anon_send(who, peer_up{peer_, 1});
    }
    bool send(const std::string& to, distribution::service, std::string bytes) override {
      caf::actor other;
      {
        std::lock_guard lock(wire_.mutex_);
        if (to != peer_ || wire_.cut_ || wire_.silent_) return !wire_.cut_ && to == peer_;
        other = (this == &wire_.a ? wire_.b : wire_.a).who_;
      }
      if (other) caf::anon_send(other, peer_message{own_, 1, std::move(bytes)});
      return true;
    }
    [[nodiscard]] std::vector<std::string> peers() const override { return {peer_}; }
    void keep(const std::string&) override {}
    void release(const std::string&) override {}
    void tell_down() {
      if (who_) caf::anon_send(who_, peer_down{peer_, 1});
    }
    void forget() { who_ = nullptr; }

   private:
    friend class wire;
    wire& wire_;
    std::string own_, peer_;
    caf::actor who_;
  };

  wire(const std::string& one, const std::string& two) : a(*this, one, two), b(*this, two, one) {}
  void cut() {
    {
      std::lock_guard lock(mutex_);
      cut_ = true;
    }
    a.tell_down();
    b.tell_down();
  }
  void swallow() {
    std::lock_guard lock(mutex_);
    silent_ = true;
  }
  end a, b;

 private:
  std::mutex mutex_;
  bool cut_ = false, silent_ = false;
};

/// Two nodes with one set of metadata, as replication would give it, and a link.
struct two_nodes {
  two_nodes() : link("rabbit@a", "rabbit@b"), a("rabbit@a"), b("rabbit@b") {
    for (node_fixture* n : {&a, &b}) {
      n->face.all_members = {{"rabbit@a", false, true, false}, {"rabbit@b", false, true, false}};
      n->face.links = n == &a ? &link.a : &link.b;
      // the relay started before the link was there: it subscribes as a restarted one would
      n->face.links->subscribe(distribution::service::control, n->environment->relay.get());
    }
    for (node_fixture* n : {&a, &b})
      for (const char* home : {"rabbit@a", "rabbit@b"}) {
        declare_queue c;
        c.vhost = "/";
        c.name = std::string("on-") + home[7];
        c.durable = true;
        c.node = home;
        n->apply(c);
      }
  }
  ~two_nodes() {
    link.a.forget();
    link.b.forget();
  }
  wire link;
  node_fixture a, b;
};

}  // namespace

TEST_CASE("texts between nodes are cut into parts and put together, and garbage is dropped") {
  std::string large(3 * peer_part::max_bytes + 17, 'x');
  large.back() = 'y';
  const auto parts = cut_into_parts(peer_part::kind::answer, 77, large);
  CHECK(parts.size() == 4);
  peer_assembly assembly;
  CHECK_FALSE(assembly.add("short").has_value());
  CHECK_FALSE(assembly.add(std::string(20, '\x09')).has_value());
  std::optional<peer_text> whole;
  for (const std::string& p : parts) {
    CHECK(p.size() <= peer_part::max_bytes);
    whole = assembly.add(p);
  }
  REQUIRE(whole.has_value());
  CHECK(whole->number == 77);
  CHECK(whole->what == peer_part::kind::answer);
  CHECK(whole->text == large);
  CHECK(cut_into_parts(peer_part::kind::request, 1, "").size() == 1);
}

TEST_CASE("lists show the queues of all nodes, each from its own") {
  two_nodes both;
  both.a.publish("on-a", 2);
  both.b.publish("on-b", 3);
  CHECK(both.a.result("list_queues") ==
        json::array{json::object{{"name", "on-a"}, {"messages", 2}}, json::object{{"name", "on-b"}, {"messages", 3}}});
  CHECK(both.a.result("list_queues", {"name"}, {{"local", true}}) == json::array{json::object{{"name", "on-a"}}});
  CHECK(both.b.result("list_queues", {"pid"}).at(1).at("pid").get_string().starts_with("<rabbit@a."));
  CHECK(both.a.result("cluster_status").at("listeners").get_object().size() == 2);
}

TEST_CASE("a queue of another node is purged and deleted there") {
  two_nodes both;
  both.b.publish("on-b", 3);
  CHECK(both.a.result("purge_queue", {"on-b"}).is_null());
  CHECK(both.b.result("list_queues", {"name", "messages"}, {{"local", true}}).at(0).at("messages") == 0);
  both.b.publish("on-b", 5);
  CHECK(both.a.result("delete_queue", {"on-b"}) == "Queue was successfully deleted with 5 ready messages");
}

TEST_CASE("an alarm of another node shows in the whole cluster") {
  two_nodes both;
  CHECK(both.b.result("set_vm_memory_high_watermark", {"0"}).is_null());
  CHECK(both.a.failure("check_alarms") == "69 Memory alarm on node rabbit@b");
  CHECK(both.a.result("check_local_alarms") == "Node rabbit@a reported no local alarms");
}

TEST_CASE("a node that is lost costs its answers, not the command: its queues are down") {
  two_nodes both;
  both.link.cut();
  const json::value rows = both.a.result("list_queues", {"name", "state", "messages"});
  CHECK(rows == json::array{json::object{{"name", "on-a"}, {"state", "running"}, {"messages", 0}},
                            json::object{{"name", "on-b"}, {"state", "down"}, {"messages", ""}}});
  CHECK(both.a.result("list_queues", {"name"}, {{"offline", true}}) == json::array{json::object{{"name", "on-b"}}});
  CHECK(both.a.result("list_queues", {"name"}, {{"online", true}}) == json::array{json::object{{"name", "on-a"}}});
  CHECK(both.a.failure("purge_queue", {"on-b"}).starts_with("69 "));
}

TEST_CASE("a link that is lost while an answer is awaited ends the wait") {
  two_nodes both;
  both.link.swallow();
  auto t = both.a.connect();
  t->send({{"command", "purge_queue"}, {"arguments", json::array{"on-b"}}, {"timeout_ms", 60000}});
  // a list needs the same link: once it waits too, the first request has been sent
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (supervision::render_text(supervision::take_tree(*both.a.system, both.a.face.root, 1s)).find("purge_queue") ==
             std::string::npos &&
         std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  both.link.cut();
  CHECK(t->receive().at("error").at("exit") == 69);
}

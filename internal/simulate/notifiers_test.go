package simulate

import "testing"

// TestMeasureNotifiers: in whole months, of seeds that no report uses, the rules lock nearly all abusive notifiers out and hinder no good
// one.
func TestMeasureNotifiers(t *testing.T) {
	p, err := Builtin("market")
	if err != nil {
		t.Fatal(err)
	}
	var all Notifiers
	for seed := range uint64(8) {
		r := MeasureNotifiers(NewWorld(p, 3001+seed, nil))
		for _, s := range []struct{ to, of *Share }{{&all.Locked, &r.Locked}, {&all.Hindered, &r.Hindered}, {&all.Limited, &r.Limited}} {
			s.to.Count, s.to.Of = s.to.Count+s.of.Count, s.to.Of+s.of.Of
		}
	}
	t.Logf("locked out %v, hindered %v, notices refused %v", all.Locked, all.Hindered, all.Limited)
	if all.Locked.Of < 20 || all.Locked.Value() < 0.9 || all.Hindered.Of < 200 || all.Hindered.Count > 0 || all.Limited.Value() < 0.5 {
		t.Errorf("locked out %v, hindered %v, notices refused %v", all.Locked, all.Hindered, all.Limited)
	}
	p.Notices.Abuse = 0.1 // three notices a month
	r := MeasureNotifiers(NewWorld(p, 3001, nil))
	if r.Locked.Of == 0 || r.Locked.Count == r.Locked.Of {
		t.Errorf("three notices lock %v out", r.Locked)
	}
}

(** * The convex conjugate of LSE is the negative entropy on the closed simplex

    LSE*(p) is the supremum of <p,x> - LSE(x) over all x of R^n.  The idea: with
    t = x_i - LSE(x) every term satisfies  p t - p log p <= e^t - p  (this is 1 + s <= e^s),
    with equality exactly at p = e^t; the right-hand sides sum to 1 - 1 = 0. *)

From Coquelicot Require Import Coquelicot.
From LseVerify Require Import Basics Bounds.

(** The values whose supremum is LSE*(p), and the supremum, in R with both infinities. *)
Definition conjugate_values (n : nat) (p : nat -> R) : R -> Prop :=
  fun v => exists x, v = dot n p x - LSE n x.

Definition is_conjugate (n : nat) (p : nat -> R) (c : Rbar) : Prop :=
  is_lub_Rbar (conjugate_values n p) c.

(** ** conjugate.fenchel_young *)

(** One term.  Note that p may be 0. *)
Lemma term_le p t : 0 <= p -> p * t - p * ln p <= exp t - p.
Proof.
  intros [Hp|<-]; [|pose proof (exp_pos t); lra].
  pose proof (exp_tangent (t - ln p)) as H. unfold Rminus in H.
  rewrite exp_plus, exp_Ropp, exp_ln in H by assumption.
  apply (Rmult_le_compat_l p) in H; [|lra].
  replace (p * (exp t * / p)) with (exp t) in H by (field; lra). lra.
Qed.

Lemma term_eq p t : 0 <= p -> p * t - p * ln p = exp t - p -> p = exp t.
Proof.
  intros [Hp|<-] H; [|pose proof (exp_pos t); lra].
  destruct (Req_dec (t - ln p) 0) as [E|E].
  { replace t with (ln p) by lra. now rewrite exp_ln. }
  apply exp_ineq1 in E. unfold Rminus in E.
  rewrite exp_plus, exp_Ropp, exp_ln in E by assumption.
  apply (Rmult_lt_compat_l p) in E; [|lra].
  replace (p * (exp t * / p)) with (exp t) in E by (field; lra). lra.
Qed.

Lemma sum_of_terms n p x :
  (0 < n)%nat -> simplex n p ->
  \sum_(i < n) (p i * (x i - LSE n x) - p i * ln (p i))
    = dot n p x - LSE n x - negentropy n p.
Proof.
  intros Hn [_ H1]. unfold dot, negentropy.
  rewrite (Sum_ext n _ (fun i => (p i * x i - LSE n x * p i) - p i * ln (p i)))
    by (intros; ring).
  rewrite !Sum_minus, Sum_scal, H1. ring.
Qed.

Lemma sum_of_right_sides n p x :
  (0 < n)%nat -> simplex n p -> \sum_(i < n) (exp (x i - LSE n x) - p i) = 0.
Proof.
  intros Hn [_ H1]. rewrite Sum_minus, H1.
  rewrite (Sum_ext n _ (softmax n x)) by (intros; now rewrite softmax_alt).
  rewrite softmax_sum by assumption. ring.
Qed.

Theorem fenchel_young n p x :
  (0 < n)%nat -> simplex n p -> dot n p x <= LSE n x + negentropy n p.
Proof.
  intros Hn Hp. pose proof (sum_of_terms n p x Hn Hp) as E.
  pose proof (sum_of_right_sides n p x Hn Hp) as Z.
  assert (H : \sum_(i < n) (p i * (x i - LSE n x) - p i * ln (p i))
              <= \sum_(i < n) (exp (x i - LSE n x) - p i)).
  { apply Sum_le. intros i Hi. now apply term_le, Hp. }
  lra.
Qed.

(** Equality holds exactly at p = softmax(x). *)
Theorem fenchel_young_equality n p x :
  (0 < n)%nat -> simplex n p ->
  (dot n p x = LSE n x + negentropy n p <-> forall i, (i < n)%nat -> p i = softmax n x i).
Proof.
  intros Hn Hp. split.
  - intros E i Hi. rewrite softmax_alt by assumption. apply term_eq; [now apply Hp|].
    apply (Sum_le_eq n (fun i => p i * (x i - LSE n x) - p i * ln (p i))
                       (fun i => exp (x i - LSE n x) - p i)); auto.
    + intros j Hj. now apply term_le, Hp.
    + rewrite sum_of_terms, sum_of_right_sides by assumption. lra.
  - intros E. cut (dot n p x - LSE n x - negentropy n p = 0); [lra|].
    rewrite <- sum_of_terms by assumption.
    rewrite (Sum_ext n _ (fun _ => 0)), Sum_const; [ring|].
    intros i Hi. rewrite E, ln_softmax by assumption. ring.
Qed.

(** ** conjugate.negentropy *)

(** The supremum is approached along x = log(p + d), d -> 0: no case distinction on
    vanishing entries is needed. *)
Lemma approach n p d :
  (0 < n)%nat -> simplex n p -> 0 < d ->
  negentropy n p - INR n * d
    <= dot n p (fun i => ln (p i + d)) - LSE n (fun i => ln (p i + d)).
Proof.
  intros Hn [H0 H1] Hd. assert (0 < INR n) by now apply lt_0_INR.
  assert (E : LSE n (fun i => ln (p i + d)) = ln (1 + INR n * d)).
  { unfold LSE, sumexp. f_equal. rewrite <- H1, <- Sum_const, <- Sum_plus.
    apply Sum_ext. intros i Hi. apply exp_ln. specialize (H0 i Hi). lra. }
  assert (Hln : ln (1 + INR n * d) <= INR n * d).
  { assert (0 < INR n * d) by now apply Rmult_lt_0_compat.
    pose proof (ln_tangent (1 + INR n * d)). lra. }
  assert (Hdot : negentropy n p <= dot n p (fun i => ln (p i + d))).
  { apply Sum_le. intros i Hi. destruct (H0 i Hi) as [Hp|<-]; [|lra].
    apply Rmult_le_compat_l; [lra|]. apply Rcomplements.ln_le; lra. }
  lra.
Qed.

Theorem conjugate_on_simplex n p :
  (0 < n)%nat -> simplex n p -> is_conjugate n p (negentropy n p).
Proof.
  intros Hn Hp. assert (Hpos : 0 < INR n) by now apply lt_0_INR. split.
  - intros v [x ->]. simpl. pose proof (fenchel_young n p x Hn Hp). lra.
  - intros b Hb.
    assert (Ha : forall d, 0 < d -> Rbar_le (negentropy n p - INR n * d) b).
    { intros d Hd. eapply Rbar_le_trans; [|apply Hb; eexists; reflexivity].
      now apply approach. }
    destruct b as [b| |]; simpl in *; [|exact I|apply (Ha 1 Rlt_0_1)].
    apply le_epsilon. intros eps Heps.
    specialize (Ha (eps / INR n) (Rdiv_lt_0_compat _ _ Heps Hpos)).
    replace (INR n * (eps / INR n)) with eps in Ha by (field; lra). lra.
Qed.

Lemma unbounded_conjugate n p :
  (forall b, exists x, b < dot n p x - LSE n x) -> is_conjugate n p p_infty.
Proof.
  intros H. split; [intros v _; exact I|]. intros [b| |] Hb; [|exact I|].
  - destruct (H b) as [x Hx]. specialize (Hb _ (ex_intro _ x eq_refl)). simpl in Hb. lra.
  - destruct (H 0) as [x Hx]. exact (Hb _ (ex_intro _ x eq_refl)).
Qed.

(** Off the hyperplane sum p = 1 go along (c, ..., c). *)
Lemma unbounded_sum n p b : (0 < n)%nat -> Sum n p <> 1 -> exists x, b < dot n p x - LSE n x.
Proof.
  intros Hn H. exists (fun _ => (b + 1 + ln (INR n)) / (Sum n p - 1)).
  set (c := (b + 1 + ln (INR n)) / (Sum n p - 1)).
  assert (E : LSE n (fun _ => c) = c + ln (INR n)) by (now rewrite ln_n_exp).
  assert (D : dot n p (fun _ => c) = c * Sum n p).
  { unfold dot. rewrite <- Sum_scal. apply Sum_ext. intros; ring. }
  rewrite E, D. cut (c * Sum n p - c = b + 1 + ln (INR n)); [lra|]. unfold c. field. lra.
Qed.

(** At a negative entry k go along -e_k: there LSE stays below log n. *)
Lemma unbounded_negative n p b k :
  (k < n)%nat -> p k < 0 -> exists x, b < dot n p x - LSE n x.
Proof.
  intros Hk Hp. assert (Hn : (0 < n)%nat) by lia.
  set (m := Rmax 0 ((b + 1 + ln (INR n)) / - p k)).
  exists (fun i => if Nat.eqb i k then - m else 0).
  set (x := fun i => if Nat.eqb i k then - m else 0).
  assert (0 <= m) by apply Rmax_l.
  assert (D : dot n p x = - p k * m).
  { unfold dot. rewrite (Sum_ext n _ (fun i => if Nat.eqb i k then - p i * m else 0)).
    - now rewrite (Sum_delta n k (fun i => - p i * m)).
    - intros i _. unfold x. destruct (Nat.eqb i k); ring. }
  assert (U : LSE n x <= ln (INR n)).
  { pose proof (bounds_upper n x Hn). destruct (maxi_attained n x Hn) as [j [Hj E]].
    unfold x in E at 1. destruct (Nat.eqb j k); lra. }
  assert (M : b + 1 + ln (INR n) <= - p k * m).
  { replace (b + 1 + ln (INR n)) with (- p k * ((b + 1 + ln (INR n)) / - p k))
      by (field; lra).
    apply Rmult_le_compat_l; [lra|apply Rmax_r]. }
  lra.
Qed.

Theorem conjugate_off_simplex n p :
  (0 < n)%nat -> Sum n p <> 1 \/ (exists k, (k < n)%nat /\ p k < 0) ->
  is_conjugate n p p_infty.
Proof.
  intros Hn H. apply unbounded_conjugate. intros b. destruct H as [H|[k [Hk Hp]]].
  - now apply unbounded_sum.
  - now apply (unbounded_negative n p b k).
Qed.

(** The two cases are all cases. *)
Theorem simplex_or_not n p :
  simplex n p \/ Sum n p <> 1 \/ (exists k, (k < n)%nat /\ p k < 0).
Proof.
  destruct (Req_dec (Sum n p) 1) as [H1|H1]; [|now right; left].
  destruct (Classical_Prop.classic (exists k, (k < n)%nat /\ p k < 0)) as [H|H];
    [now right; right|].
  left. split; [|assumption]. intros i Hi. destruct (Rle_lt_dec 0 (p i)); [assumption|].
  exfalso. apply H. now exists i.
Qed.

(** The caveat: the supremum is attained only for p > 0. *)
Theorem conjugate_attained n p :
  (0 < n)%nat -> simplex n p ->
  ((exists x, dot n p x - LSE n x = negentropy n p) <-> forall i, (i < n)%nat -> 0 < p i).
Proof.
  intros Hn Hp. split.
  - intros [x E] i Hi.
    assert (F : dot n p x = LSE n x + negentropy n p) by lra.
    rewrite (proj1 (fenchel_young_equality n p x Hn Hp) F i Hi). now apply softmax_pos.
  - intros Hpos. exists (fun i => ln (p i)).
    assert (E : LSE n (fun i => ln (p i)) = 0).
    { unfold LSE, sumexp. rewrite <- ln_1. f_equal. rewrite <- (proj2 Hp).
      apply Sum_ext. intros i Hi. apply exp_ln. auto. }
    rewrite E. unfold dot, negentropy. ring.
Qed.

(** ** conjugate.biconjugate: LSE** = LSE.
    The supremum of <p,x> - LSE*(p) over all p where LSE*(p) is finite (elsewhere it is
    +oo and contributes nothing) is LSE(x); it is attained at softmax(x). *)

Theorem biconjugate n x :
  (0 < n)%nat ->
  is_lub_Rbar (fun v => exists p c, is_conjugate n p (Finite c) /\ v = dot n p x - c) (LSE n x).
Proof.
  intros Hn. split.
  - intros v [p [c [[Hub _] ->]]].
    specialize (Hub _ (ex_intro _ x eq_refl)). simpl in *. lra.
  - intros b Hb. apply Hb. exists (softmax n x), (negentropy n (softmax n x)).
    pose proof (softmax_simplex n x Hn) as Hs. split; [now apply conjugate_on_simplex|].
    assert (E : dot n (softmax n x) x = LSE n x + negentropy n (softmax n x))
      by (now apply fenchel_young_equality). lra.
Qed.

(** The finite values are exactly those of the simplex: with this the theorem above reads
    LSE(x) = sup { <p,x> - sum p log p : p in the simplex }. *)
Theorem conjugate_finite_only_on_simplex n p c :
  (0 < n)%nat -> (is_conjugate n p (Finite c) <-> simplex n p /\ c = negentropy n p).
Proof.
  intros Hn. split.
  - intros Hc. destruct (simplex_or_not n p) as [Hs|Ho].
    + split; [assumption|]. pose proof (conjugate_on_simplex n p Hn Hs) as Hs'.
      apply is_lub_Rbar_unique in Hc. apply is_lub_Rbar_unique in Hs'. congruence.
    + apply conjugate_off_simplex in Ho; [|assumption].
      apply is_lub_Rbar_unique in Hc. apply is_lub_Rbar_unique in Ho. congruence.
  - intros [Hs ->]. now apply conjugate_on_simplex.
Qed.

(** * Bounds: domain, trick, max and min bounds, scaled bounds and their limits, monotonicity

    Everything here compares a sum of exponentials with one of its terms (from below) or with
    n times its largest term (from above), and uses that [ln] is increasing. *)

From Coquelicot Require Import Coquelicot.
From LseVerify Require Import Basics.

(** ** domain: LSE maps R^n into R (the sum is positive), and onto R *)

Theorem domain_positive n x : (0 < n)%nat -> 0 < \sum_(i < n) exp (x i).
Proof. exact (sumexp_pos n x). Qed.

(** The constant vector y - log n is mapped to y. *)
Theorem domain_onto n y : (0 < n)%nat -> exists x, LSE n x = y.
Proof.
  intros Hn. exists (fun _ => y - ln (INR n)). assert (0 < INR n) by now apply lt_0_INR.
  unfold LSE, sumexp. rewrite Sum_const. unfold Rminus. rewrite exp_plus, exp_Ropp, exp_ln by auto.
  replace (INR n * (exp y * / INR n)) with (exp y) by (field; lra). apply ln_exp.
Qed.

(** ** trick: LSE(x) = c + LSE(x - c); with c = max, no exponential exceeds 1 *)

Theorem trick n x c : (0 < n)%nat -> LSE n x = c + LSE n (fun i => x i - c).
Proof.
  intros Hn. apply exp_inv. rewrite exp_plus, !exp_LSE by assumption.
  unfold sumexp. rewrite <- Sum_scal. apply Sum_ext. intros i _.
  rewrite <- exp_plus. f_equal. ring.
Qed.

Theorem trick_no_overflow n x i : (i < n)%nat -> exp (x i - maxi n x) <= 1.
Proof.
  intros Hi. rewrite <- exp_0. pose proof (maxi_ge n x i Hi).
  destruct (Rle_lt_or_eq_dec _ _ H) as [Hlt| -> ].
  - apply Rlt_le, exp_increasing. lra.
  - right. f_equal. ring.
Qed.

(** ... and the shifted sum is at least 1, so its logarithm is not negative. *)
Theorem trick_sum_at_least_one n x : (0 < n)%nat -> 1 <= \sum_(i < n) exp (x i - maxi n x).
Proof.
  intros Hn. destruct (maxi_attained n x Hn) as [k [Hk E]].
  replace 1 with (exp (x k - maxi n x)) at 1 by (rewrite E, <- exp_0; f_equal; ring).
  apply (Sum_term_le n (fun i => exp (x i - maxi n x))); auto.
  intros. apply Rlt_le, exp_pos.
Qed.

(** ** bounds.lower: max <= LSE, strict unless n = 1 *)

Lemma exp_le a b : a <= b -> exp a <= exp b.
Proof. intros [H| ->]; [now apply Rlt_le, exp_increasing|apply Rle_refl]. Qed.

Theorem bounds_lower n x : (0 < n)%nat -> maxi n x <= LSE n x.
Proof.
  intros Hn. destruct (maxi_attained n x Hn) as [k [Hk <-]].
  rewrite <- (ln_exp (x k)). apply Rcomplements.ln_le; [apply exp_pos|].
  apply (Sum_term_le n (fun i => exp (x i))); auto. intros. apply Rlt_le, exp_pos.
Qed.

Theorem bounds_lower_strict n x : (0 < n)%nat -> (maxi n x < LSE n x <-> n <> 1%nat).
Proof.
  intros Hn. split.
  - intros H ->. unfold LSE, sumexp in H. simpl in H.
    rewrite Rplus_0_l, ln_exp, Rmax_left in H; lra.
  - intros H1. destruct (maxi_attained n x Hn) as [k [Hk <-]].
    rewrite <- (ln_exp (x k)) at 1. apply ln_increasing; [apply exp_pos|].
    assert (exists j, (j < n)%nat /\ j <> k) as [j [Hj Hjk]].
    { destruct k; [exists 1%nat|exists O]; lia. }
    apply (Sum_term_lt n (fun i => exp (x i)) k j); auto using exp_pos.
    intros. apply Rlt_le, exp_pos.
Qed.

(** ** bounds.upper: LSE <= max + log n, strict unless all entries are equal *)

Lemma ln_n_exp n m : (0 < n)%nat -> m + ln (INR n) = ln (\sum_(_ < n) exp m).
Proof.
  intros Hn. assert (0 < INR n) by now apply lt_0_INR.
  rewrite Sum_const, ln_mult, ln_exp by auto using exp_pos. ring.
Qed.

Theorem bounds_upper n x : (0 < n)%nat -> LSE n x <= maxi n x + ln (INR n).
Proof.
  intros Hn. rewrite ln_n_exp by assumption.
  apply Rcomplements.ln_le; [now apply sumexp_pos|]. apply Sum_le.
  intros i Hi. now apply exp_le, maxi_ge.
Qed.

Theorem bounds_upper_strict n x :
  (0 < n)%nat ->
  (LSE n x < maxi n x + ln (INR n) <->
   exists i j, (i < n)%nat /\ (j < n)%nat /\ x i <> x j).
Proof.
  intros Hn. rewrite ln_n_exp by assumption. split.
  - intros Hlt.
    destruct (Classical_Prop.classic (exists i j, (i < n)%nat /\ (j < n)%nat /\ x i <> x j))
      as [H|H]; [assumption|exfalso].
    apply (Rlt_irrefl (LSE n x)). unfold LSE at 2, sumexp.
    rewrite (Sum_ext n (fun i => exp (x i)) (fun _ => exp (maxi n x))); [assumption|].
    intros i Hi. destruct (maxi_attained n x Hn) as [k [Hk <-]].
    destruct (Req_dec (x i) (x k)) as [->|Hne]; [reflexivity|].
    exfalso. apply H. now exists i, k.
  - intros [i [j [Hi [Hj Hij]]]]. apply ln_increasing; [now apply sumexp_pos|].
    pose proof (maxi_ge n x i Hi). pose proof (maxi_ge n x j Hj).
    assert (exists k, (k < n)%nat /\ x k < maxi n x) as [k [Hk Hlt]].
    { destruct (Rlt_le_dec (x i) (maxi n x)); [now exists i|].
      exists j. split; [assumption|lra]. }
    apply Sum_lt with k; auto using exp_increasing.
    intros l Hl. now apply exp_le, maxi_ge.
Qed.

(** ** scaled.bounds: max < LSE(tx)/t <= max + log(n)/t for n >= 2 and t > 0.
    At n = 1 the strict half is false: there LSE(tx)/t = x. *)

Theorem scaled_bounds n x t :
  (2 <= n)%nat -> 0 < t ->
  maxi n x < LSE n (fun i => t * x i) / t <= maxi n x + ln (INR n) / t.
Proof.
  intros Hn Ht. assert (Hn0 : (0 < n)%nat) by lia.
  pose proof (bounds_upper n (fun i => t * x i) Hn0) as Hu.
  assert (Hl : maxi n (fun i => t * x i) < LSE n (fun i => t * x i))
    by (apply bounds_lower_strict; lia).
  rewrite maxi_scal in Hu, Hl by (assumption || lra).
  split; apply Rmult_lt_reg_l with t || apply Rmult_le_reg_l with t; auto;
    field_simplify; lra.
Qed.

Theorem scaled_bounds_one x t : 0 < t -> LSE 1 (fun i => t * x i) / t = x O.
Proof.
  intros Ht. unfold LSE, sumexp. simpl. rewrite Rplus_0_l, ln_exp. field. lra.
Qed.

(** ** scaled.limit: LSE(tx)/t tends to max as t tends to infinity *)

(** A function within c/t of l tends to l. *)
Lemma squeeze_limit (f : R -> R) (l c : R) :
  (forall t, 0 < t -> Rabs (f t - l) <= c / t) -> is_lim f p_infty l.
Proof.
  intros H. apply is_lim_spec. intros [eps Heps]. simpl.
  exists (Rmax 1 (Rabs c / eps)). intros t Ht.
  pose proof (Rmax_l 1 (Rabs c / eps)). pose proof (Rmax_r 1 (Rabs c / eps)).
  assert (0 < t) by lra. apply Rle_lt_trans with (c / t); [now apply H|].
  apply Rmult_lt_reg_r with t; [assumption|].
  replace (c / t * t) with c by (field; lra).
  apply Rle_lt_trans with (Rabs c); [apply Rle_abs|].
  replace (Rabs c) with (eps * (Rabs c / eps)) by (field; lra).
  apply Rmult_lt_compat_l; lra.
Qed.

Theorem scaled_limit n x :
  (0 < n)%nat -> is_lim (fun t => LSE n (fun i => t * x i) / t) p_infty (maxi n x).
Proof.
  intros Hn. apply squeeze_limit with (ln (INR n)). intros t Ht.
  destruct (Nat.eq_dec n 1) as [->|H1].
  - rewrite scaled_bounds_one by assumption. simpl. rewrite Rmax_left, ln_1 by lra.
    replace (x O - x O) with 0 by ring. rewrite Rabs_R0. unfold Rdiv. lra.
  - assert (2 <= n)%nat as H2 by lia. pose proof (scaled_bounds n x t H2 Ht).
    rewrite Rabs_pos_eq; lra.
Qed.

(** ** min.bounds: with a negative multiplier, the same for the minimum *)

Lemma smoothmin_as_smoothmax n x t :
  LSE n (fun i => - t * x i) = LSE n (fun i => t * - x i).
Proof. apply LSE_ext. intros. ring. Qed.

Theorem min_bounds n x t :
  (2 <= n)%nat -> 0 < t ->
  mini n x - ln (INR n) / t <= - LSE n (fun i => - t * x i) / t < mini n x.
Proof.
  intros Hn Ht. rewrite smoothmin_as_smoothmax.
  pose proof (scaled_bounds n (fun i => - x i) t Hn Ht) as [Hl Hu]. unfold mini.
  replace (- LSE n (fun i => t * - x i) / t) with (- (LSE n (fun i => t * - x i) / t))
    by (unfold Rdiv; ring). lra.
Qed.

(** The article's wording: the multiplier itself is negative. *)
Theorem min_bounds_negative n x t :
  (2 <= n)%nat -> t < 0 ->
  mini n x + ln (INR n) / t <= LSE n (fun i => t * x i) / t < mini n x.
Proof.
  intros Hn Ht. assert (0 < - t) as Ht' by lra.
  pose proof (min_bounds n x (- t) Hn Ht') as H. rewrite Ropp_involutive in H.
  replace (ln (INR n) / t) with (- (ln (INR n) / - t)) by (field; lra).
  replace (LSE n (fun i => t * x i) / t) with (- LSE n (fun i => t * x i) / - t)
    by (field; lra). lra.
Qed.

Theorem min_limit n x :
  (0 < n)%nat -> is_lim (fun t => - LSE n (fun i => - t * x i) / t) p_infty (mini n x).
Proof.
  intros Hn.
  apply is_lim_ext with (fun t => - (LSE n (fun i => t * - x i) / t)).
  - intros t. rewrite smoothmin_as_smoothmax. unfold Rdiv. ring.
  - apply (is_lim_opp _ p_infty (maxi n (fun i => - x i))). now apply scaled_limit.
Qed.

(** ** increasing: LSE is strictly increasing in every entry *)

Theorem increasing_vector n x y :
  (forall i, (i < n)%nat -> x i <= y i) -> (exists k, (k < n)%nat /\ x k < y k) ->
  LSE n x < LSE n y.
Proof.
  intros Hle [k [Hk Hlt]]. apply ln_increasing; [apply sumexp_pos; lia|].
  apply Sum_lt with k; auto using exp_le, exp_increasing.
Qed.

Theorem increasing n x k a b :
  (k < n)%nat -> a < b -> LSE n (upd x k a) < LSE n (upd x k b).
Proof.
  intros Hk Hab. apply increasing_vector; [|exists k; now rewrite !upd_same].
  intros i _. unfold upd. destruct (Nat.eqb i k); lra.
Qed.

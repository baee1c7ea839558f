(** * The rounding bounds to first order in u (eta neglected: it is 0 here)

    The derivative at u = 0 of the term D = -ln(1 - R) of both bounds.  For the shifted
    algorithm it is at most 2E + h + ln n - ln s, whatever the spread of the entries: the
    mean of the distances m - x_i, weighted by softmax, is the entropy of softmax less ln s,
    and no entropy exceeds ln n. *)

From Coquelicot Require Import Coquelicot.
From LseVerify Require Import Basics Bounds Conjugate Gradient Rounding.

(** No entropy exceeds ln n. *)
Theorem negentropy_at_least n p :
  (0 < n)%nat -> simplex n p -> - ln (INR n) <= negentropy n p <= 0.
Proof.
  intros Hn Hp. split.
  - pose proof (fenchel_young n p (fun _ => 0) Hn Hp) as H.
    assert (L : LSE n (fun _ => 0) = ln (INR n))
      by (now rewrite <- (Rplus_0_l (ln (INR n))), ln_n_exp).
    assert (Z : dot n p (fun _ => 0) = 0).
    { unfold dot. rewrite (Sum_ext n _ (fun _ => 0)), Sum_const by (intros; ring). ring. }
    lra.
  - replace 0 with (\sum_(_ < n) 0) by (rewrite Sum_const; ring). apply Sum_le. intros i Hi.
    destruct (proj1 Hp i Hi) as [Hpos|<-]; [|lra].
    assert (p i <= 1) by (rewrite <- (proj2 Hp); apply Sum_term_le; [apply Hp|assumption]).
    apply Rcomplements.ln_le in H; [|assumption]. rewrite ln_1 in H. nra.
Qed.

Theorem mean_distance n x k :
  (k < n)%nat ->
  \sum_(i < n) (shifted_weight x k i * (x k - x i) / Sum n (shifted_weight x k))
    <= ln (INR n) - ln (Sum n (shifted_weight x k)).
Proof.
  intros Hk. assert (Hn : (0 < n)%nat) by lia.
  set (S := Sum n (shifted_weight x k)). set (p := softmax n (fun i => x i - x k)).
  assert (HS : 0 < S) by (apply Sum_pos; [lia|intros; apply exp_pos]).
  pose proof (negentropy_at_least n p Hn (softmax_simplex _ _ Hn)) as [H _].
  assert (E : negentropy n p
    = - (\sum_(i < n) (shifted_weight x k i * (x k - x i) / S)) - ln S * Sum n p).
  { unfold negentropy.
    rewrite (Sum_ext n _ (fun i => - 1 * (shifted_weight x k i * (x k - x i) / S) - ln S * p i)).
    - rewrite Sum_minus, !Sum_scal. ring.
    - intros i Hi. unfold p. rewrite ln_softmax by assumption.
      unfold softmax, shifted_weight, LSE.
      change (sumexp n (fun i => x i - x k)) with S. field. lra. }
  unfold p in E at 2. rewrite softmax_sum in E by assumption. lra.
Qed.

Theorem naive_first_order n x E h :
  (0 < n)%nat -> is_derive (fun u => - ln (1 - naive_R n x u 0 E h)) 0 (2 * E + INR h).
Proof.
  intros Hn. pose proof (sumexp_pos n x Hn).
  apply is_derive_ext with (fun u => - ln (2 - (1 + 2 * E * u) * (1 + u) ^ h)).
  - intros u. unfold naive_R. f_equal. f_equal. field. lra.
  - auto_derive; rewrite Rplus_0_r, !pow1; [lra|field].
Qed.

(** The derivative of [shifted_R] at 0, term by term. *)
Definition shifted_slope (x : nat -> R) (k : nat) (E : R) (h i : nat) : R :=
  if Nat.eqb i k then INR h
  else shifted_weight x k i * ((x k - x i) + 2 * E + INR h).

Theorem shifted_first_order n x k E h :
  (k < n)%nat -> 0 <= E ->
  let slope := Sum n (shifted_slope x k E h) / Sum n (shifted_weight x k) in
  is_derive (fun u => - ln (1 - shifted_R n x k u 0 E h)) 0 slope /\
  slope <= 2 * E + INR h + ln (INR n) - ln (Sum n (shifted_weight x k)).
Proof.
  intros Hk HE slope. set (S := Sum n (shifted_weight x k)) in *.
  assert (HS : 0 < S) by (apply Sum_pos; [lia|intros; apply exp_pos]).
  assert (Hw : shifted_weight x k k = 1)
    by (unfold shifted_weight; rewrite Rminus_diag_eq, exp_0; reflexivity).
  split.
  - assert (D : is_derive (fun u => \sum_(i < n) shifted_term x k u E h i) 0
                  (Sum n (shifted_slope x k E h))).
    { apply is_derive_Sum. intros i _. unfold shifted_term, shifted_slope.
      destruct (Nat.eqb i k); auto_derive; auto; rewrite ?Rplus_0_r, ?pow1; [ring|].
      rewrite ?Rmult_0_l, ?Rmult_0_r, ?Rplus_0_r, ?exp_0, ?pow1. ring. }
    assert (Z : \sum_(i < n) shifted_term x k 0 E h i = 0).
    { rewrite (Sum_ext n _ (fun _ => 0)), Sum_const; [ring|]. intros i _. unfold shifted_term.
      rewrite Rplus_0_r, pow1, Rmult_0_l, Rmult_0_r, Rplus_0_r, exp_0.
      destruct (Nat.eqb i k); ring. }
    apply is_derive_ext with (fun u => - ln (1 - (\sum_(i < n) shifted_term x k u E h i) / S)).
    + intros u. unfold shifted_R. fold S. f_equal. f_equal. field. lra.
    + assert (O : is_derive (fun v => - ln (1 - v / S)) (\sum_(i < n) shifted_term x k 0 E h i)
                    (/ S)).
      { rewrite Z. auto_derive; [unfold Rdiv; lra|field; lra]. }
      exact (is_derive_comp _ _ _ _ _ O D).
  - pose proof (mean_distance n x k Hk) as M. fold S in M.
    assert (B : Sum n (shifted_slope x k E h)
      <= \sum_(i < n) (shifted_weight x k i * (x k - x i)) + (2 * E + INR h) * S).
    { unfold S. rewrite <- Sum_scal, <- Sum_plus. apply Sum_le. intros i _.
      unfold shifted_slope. destruct (Nat.eqb_spec i k) as [->|]; [rewrite Hw|]; lra. }
    apply (Rmult_le_compat_r (/ S)) in B; [|now apply Rlt_le, Rinv_0_lt_compat].
    unfold slope, Rdiv. rewrite Rmult_plus_distr_r in B.
    replace ((2 * E + INR h) * S * / S) with (2 * E + INR h) in B by (field; lra).
    assert (M' : (\sum_(i < n) (shifted_weight x k i * (x k - x i))) * / S
                 <= ln (INR n) - ln S).
    { eapply Rle_trans; [|exact M]. right. unfold Rdiv. rewrite Rmult_comm, <- Sum_scal.
      apply Sum_ext. intros; ring. }
    lra.
Qed.

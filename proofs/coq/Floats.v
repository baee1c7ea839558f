(** * The model of [Rounding.v] holds for the binary formats

    With Flocq: precision p > 1, least exponent emin, gradual underflow, rounding to nearest,
    no largest number (nothing overflows).  binary16 is p = 11, emin = -14; bfloat16 is 8,
    -126; binary32 is 24, -126; binary64 is 53, -1022. *)

From Coq Require Import ZArith Reals Lra Lia.
From Flocq Require Import Core Relative Plus_error.
From LseVerify Require Import Basics Rounding.

Section Format.

Variables p emin : Z.
Hypothesis p_gt_1 : (1 < p)%Z.

Instance p_gt_0 : Prec_gt_0 p.
Proof. red. lia. Qed.

(** The exponent function of the format: emin - p + 1 is that of the smallest subnormal. *)
Definition format : Z -> Z := FLT_exp (emin - p + 1) p.

Definition ulp_of (r : R) : R := ulp radix2 format r.
Definition nearest (r : R) : R := round radix2 format ZnearestE r.
Definition float (r : R) : Prop := generic_format radix2 format r.

Definition unit_roundoff : R := bpow radix2 (- p).
Definition smallest_subnormal : R := bpow radix2 (emin - p + 1).

(** The error measure's definition: with e = floor(log2 |r|), ulp = 2^(max(e, emin) - (p-1)). *)
Theorem ulp_formula r e :
  bpow radix2 e <= Rabs r < bpow radix2 (e + 1) ->
  ulp_of r = bpow radix2 (Z.max e emin - (p - 1)).
Proof.
  intros H. assert (r <> 0).
  { intros ->. rewrite Rabs_R0 in H. pose proof (bpow_gt_0 radix2 e). lra. }
  unfold ulp_of. rewrite ulp_neq_0 by assumption. unfold cexp.
  rewrite (mag_unique radix2 r (e + 1)) by (replace (e + 1 - 1)%Z with e by lia; assumption).
  f_equal. unfold format, FLT_exp. lia.
Qed.

Theorem ulp_zero : ulp_of 0 = smallest_subnormal.
Proof. unfold ulp_of, format. now rewrite ulp_FLT_0 by exact p_gt_0. Qed.

Theorem format_is_ulp : is_ulp unit_roundoff smallest_subnormal ulp_of.
Proof.
  split.
  - intros r s H. apply ulp_le; [apply FLT_exp_valid, p_gt_0|apply FLT_exp_monotone|exact H].
  - intros r. unfold ulp_of, unit_roundoff, smallest_subnormal.
    assert (U : 2 * bpow radix2 (- p) = bpow radix2 (1 - p)).
    { replace (1 - p)%Z with (1 + - p)%Z by lia. now rewrite bpow_plus. }
    rewrite U. pose proof (bpow_gt_0 radix2 (1 - p)) as G. pose proof (Rabs_pos r).
    pose proof (bpow_gt_0 radix2 (emin - p + 1)) as G'.
    destruct (Rle_lt_dec (bpow radix2 (emin - p + 1 + p - 1)) (Rabs r)) as [L|L].
    + pose proof (ulp_FLT_le radix2 (emin - p + 1) p r L). unfold format. lra.
    + unfold format. rewrite ulp_FLT_small; [nra|exact p_gt_0|].
      eapply Rlt_le_trans; [exact L|]. apply bpow_le. lia.
Qed.

(** Addition, also when its result is subnormal (then it is exact). *)
Theorem addition_in_model a b :
  float a -> float b -> Rabs (nearest (a + b) - (a + b)) <= unit_roundoff * Rabs (a + b).
Proof.
  intros Ha Hb. unfold nearest, format, unit_roundoff.
  destruct (FLT_plus_error_N_ex radix2 (emin - p + 1) p (fun x => negb (Z.even x)) a b Ha Hb)
    as [eps [Heps ->]].
  replace ((a + b) * (1 + eps) - (a + b)) with (eps * (a + b)) by ring.
  rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|].
  eapply Rle_trans; [exact Heps|].
  assert (V : u_ro radix2 p = bpow radix2 (- p)).
  { unfold u_ro. replace (- p + 1)%Z with (1 + - p)%Z by lia. rewrite bpow_plus.
    change (bpow radix2 1) with 2. field. }
  rewrite V. pose proof (bpow_gt_0 radix2 (- p)).
  apply Rmult_le_reg_r with (1 + bpow radix2 (- p)); [lra|].
  unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. nra.
Qed.

(** Any real number rounded to nearest: half a unit in the last place. *)
Theorem nearest_half_ulp r : Rabs (nearest r - r) <= / 2 * ulp_of r.
Proof. apply error_le_half_ulp, FLT_exp_valid, p_gt_0. Qed.

(** The sum that a machine computes along a tree is one that [computes] allows. *)
Fixpoint float_sum (v : nat -> R) (t : tree) : R :=
  match t with
  | Leaf i => v i
  | Node l r => nearest (float_sum v l + float_sum v r)
  end.

Theorem float_sum_computes v t :
  (forall i, float (v i)) -> computes unit_roundoff v t (float_sum v t).
Proof.
  intros Hv. assert (F : forall t, float (float_sum v t)).
  { intros [i|l r]; simpl; [apply Hv|].
    apply generic_format_round; [apply FLT_exp_valid, p_gt_0|apply valid_rnd_N]. }
  induction t as [i|l IHl r IHr]; simpl; [constructor|].
  econstructor; [exact IHl|exact IHr|]. now apply addition_in_model.
Qed.

(** ** rounding.naive and rounding.shifted, with the model's premises gone.
    What is left to assume is the accuracy of exp and log on the platform. *)

Theorem naive_bound_in_format E L n x t e got :
  0 <= E -> 0 <= L -> (0 < n)%nat -> adds n t -> (forall i, float (e i)) ->
  (forall i, (i < n)%nat -> Rabs (e i - exp (x i)) <= E * ulp_of (exp (x i))) ->
  let s := float_sum e t in
  Rabs (got - ln s) <= L * ulp_of (ln s) ->
  let r := naive_R n x unit_roundoff smallest_subnormal E (height t) in
  let d := - ln (1 - r) in
  r < 1 ->
  Rabs (got - LSE n x) <= d + L * ulp_of (Rabs (LSE n x) + d).
Proof.
  intros HE HL Hn Ht Hf He s Hgot r d Hr.
  apply (naive_bound ulp_of unit_roundoff smallest_subnormal E L n x t e s); auto.
  - exact format_is_ulp.
  - apply bpow_ge_0.
  - now apply float_sum_computes.
Qed.

Theorem shifted_bound_in_format E L n x k t e yl :
  0 <= E -> 0 <= L -> adds n t -> (forall i, float (x i)) -> (forall i, float (e i)) ->
  (k < n)%nat -> (forall i, (i < n)%nat -> x i <= x k) ->
  let a i := nearest (x i - x k) in
  (forall i, (i < n)%nat -> i <> k -> Rabs (e i - exp (a i)) <= E * ulp_of (exp (a i))) ->
  e k = 1 ->
  let s := float_sum e t in
  Rabs (yl - ln s) <= L * ulp_of (ln s) ->
  let got := nearest (x k + yl) in
  let r := shifted_R n x k unit_roundoff smallest_subnormal E (height t) in
  let d := - ln (1 - r) in
  let y := LSE n x in
  let e1 := d + L * ulp_of (ln (Sum n (shifted_weight x k)) + d) in
  r < 1 ->
  Rabs (got - y) <= e1 + / 2 * ulp_of (Rabs y + e1).
Proof.
  intros HE HL Ht Hx Hf Hk Hmax a He Hek s Hyl got r d y e1 Hr.
  apply (shifted_bound ulp_of unit_roundoff smallest_subnormal E L n x k t a e s yl); auto.
  - exact format_is_ulp.
  - apply bpow_ge_0.
  - apply bpow_ge_0.
  - intros i Hi. apply (addition_in_model (x i) (- x k)); [apply Hx|].
    apply generic_format_opp, Hx.
  - now apply float_sum_computes.
  - apply nearest_half_ulp.
Qed.

End Format.

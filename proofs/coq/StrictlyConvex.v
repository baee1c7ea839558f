(** * LSE0+ (x) = LSE(0, x): the strictly convex variant, a cumulant and a Bregman generator

    Prefixing a 0 removes the one flat direction: two vectors that both start with 0 and
    differ by a constant are equal.  Everything is LSE of n+1 entries, the first of them 0. *)

From Coquelicot Require Import Coquelicot.
From LseVerify Require Import Basics Bounds Conjugate Convexity Gradient.

Definition LSE0 (n : nat) (x : nat -> R) : R := LSE (S n) (cons 0 x).

(** Its gradient: softmax of (0, x), without the first entry. *)
Definition softmax0 (n : nat) (x : nat -> R) (k : nat) : R := softmax (S n) (cons 0 x) (S k).

Theorem lse0_formula n x : LSE0 n x = ln (1 + \sum_(i < n) exp (x i)).
Proof. unfold LSE0, LSE, sumexp. rewrite Sum_first. simpl. now rewrite exp_0. Qed.

(** ** lse0.strictly_convex, by the definition *)

Theorem lse0_strictly_convex n a x y :
  0 < a < 1 -> (exists i, (i < n)%nat /\ x i <> y i) ->
  LSE0 n (mix a x y) < a * LSE0 n x + (1 - a) * LSE0 n y.
Proof.
  intros Ha [k [Hk Hne]]. unfold LSE0.
  assert (E : LSE (S n) (cons 0 (mix a x y)) = LSE (S n) (mix a (cons 0 x) (cons 0 y))).
  { apply LSE_ext. intros [|i] _; unfold mix; simpl; ring. }
  rewrite E. assert (HS : (0 < S n)%nat) by lia.
  destruct (convex (S n) a (cons 0 x) (cons 0 y)) as [Hlt|Heq]; [lia|lra|exact Hlt|].
  exfalso. apply convex_equality in Heq as [c Hc]; [|lia|assumption].
  pose proof (Hc O HS) as H0. specialize (Hc (S k)). simpl in *.
  apply Hne. rewrite Hc by lia. lra.
Qed.

(** ** lse0.strictly_convex, by the Hessian *)

Lemma cons_upd x k t i : cons 0 (upd x k t) i = upd (cons 0 x) (S k) t i.
Proof. unfold upd. now destruct i as [|i]. Qed.

Theorem lse0_gradient n x k :
  (k < n)%nat -> is_derive (fun t => LSE0 n (upd x k t)) (x k) (softmax0 n x k).
Proof.
  intros Hk. apply is_derive_ext with (fun t => LSE (S n) (upd (cons 0 x) (S k) t)).
  - intros t. apply LSE_ext. intros i _. now rewrite cons_upd.
  - apply (gradient_softmax (S n) (cons 0 x) (S k)). lia.
Qed.

Theorem lse0_hessian_entries n x i j :
  (i < n)%nat -> (j < n)%nat ->
  is_derive (fun t => Derive (fun s => LSE0 n (upd (upd x j t) i s)) (upd x j t i)) (x j)
    (hessian (softmax0 n x) i j).
Proof.
  intros Hi Hj.
  apply is_derive_ext with (fun t => softmax (S n) (upd (cons 0 x) (S j) t) (S i)).
  - intros t. transitivity (softmax0 n (upd x j t) i).
    + unfold softmax0, softmax, sumexp. f_equal.
      apply Sum_ext. intros l _. now rewrite cons_upd.
    + symmetry. now apply is_derive_unique, lse0_gradient.
  - pose proof (softmax_derivative (S n) (cons 0 x) (S i) (S j)) as H.
    unfold hessian in *. simpl in H. apply H; lia.
Qed.

(** The quadratic form is that of LSE at (0, x) in the direction (0, v), which is never a
    multiple of the all-ones direction unless v = 0. *)
Lemma lse0_quadratic_form n p v :
  quadratic_form n (hessian (fun i => p (S i))) v = quadratic_form (S n) (hessian p) (cons 0 v).
Proof.
  rewrite !quadratic_form_moments. unfold dot. rewrite !Sum_first. simpl. ring.
Qed.

Theorem lse0_hessian_positive_definite n x v :
  (exists i, (i < n)%nat /\ v i <> 0) -> 0 < quadratic_form n (hessian (softmax0 n x)) v.
Proof.
  intros [k [Hk Hv]]. assert (HS : (0 < S n)%nat) by lia.
  change (softmax0 n x) with (fun i => softmax (S n) (cons 0 x) (S i)).
  rewrite lse0_quadratic_form.
  destruct (hessian_psd (S n) (cons 0 x) (cons 0 v) HS) as [H|H]; [assumption|exfalso].
  apply Hv. change (v k) with (cons 0 v (S k)). change 0 with (cons 0 v O) at 2.
  apply (proj1 (hessian_kernel (S n) (cons 0 x) (cons 0 v) HS)); [now symmetry|lia|lia].
Qed.

(** ** lse0.conjugate: Σ p log p with p_0 = 1 - Σ p, on p >= 0, Σ p <= 1; +oo elsewhere *)

Definition complete (n : nat) (p : nat -> R) : nat -> R := cons (1 - Sum n p) p.

Definition is_conjugate0 (n : nat) (p : nat -> R) (c : Rbar) : Prop :=
  is_lub_Rbar (fun v => exists x, v = dot n p x - LSE0 n x) c.

(** Both suprema are over the same set: LSE is shifted until its first argument is 0. *)
Lemma conjugate0_as_conjugate n p c :
  is_conjugate0 n p c <-> is_conjugate (S n) (complete n p) c.
Proof.
  assert (Hset : forall v, (exists x, v = dot n p x - LSE0 n x) <->
                           conjugate_values (S n) (complete n p) v).
  { intros v. split; intros [x ->].
    - exists (cons 0 x). unfold dot. rewrite Sum_first. simpl. unfold LSE0. ring.
    - exists (fun i => x (S i) - x O). unfold LSE0, dot.
      rewrite (trick (S n) x (x O)), Sum_first by lia.
      rewrite (LSE_ext (S n) (fun i => x i - x O) (cons 0 (fun i => x (S i) - x O)))
        by (intros [|i] _; simpl; ring).
      simpl. rewrite (Sum_ext n (fun i => p i * (x (S i) - x O))
                                (fun i => p i * x (S i) - x O * p i)) by (intros; ring).
      rewrite Sum_minus, Sum_scal. ring. }
  unfold is_conjugate0, is_conjugate, is_lub_Rbar, is_ub_Rbar.
  setoid_rewrite Hset. reflexivity.
Qed.

Lemma complete_sum n p : Sum (S n) (complete n p) = 1.
Proof.
  rewrite Sum_first. unfold complete. simpl. change (\sum_(i < n) p i) with (Sum n p). ring.
Qed.

Theorem lse0_conjugate n p :
  (forall i, (i < n)%nat -> 0 <= p i) -> Sum n p <= 1 ->
  is_conjugate0 n p
    (\sum_(i < n) (p i * ln (p i)) + (1 - Sum n p) * ln (1 - Sum n p)).
Proof.
  intros H0 H1. apply conjugate0_as_conjugate.
  replace (\sum_(i < n) (p i * ln (p i)) + (1 - Sum n p) * ln (1 - Sum n p))
    with (negentropy (S n) (complete n p))
    by (unfold negentropy; rewrite Sum_first; simpl; ring).
  apply conjugate_on_simplex; [lia|]. split; [|apply complete_sum].
  intros [|i] Hi; simpl; [lra|apply H0; lia].
Qed.

Theorem lse0_conjugate_elsewhere n p :
  1 < Sum n p \/ (exists k, (k < n)%nat /\ p k < 0) -> is_conjugate0 n p p_infty.
Proof.
  intros H. apply conjugate0_as_conjugate, conjugate_off_simplex; [lia|right].
  destruct H as [H|[k [Hk Hp]]]; [exists O|exists (S k)]; simpl; split; lia || lra.
Qed.

(** ** lse0.bregman_is_kl: the divergence generated by LSE0+ is the Kullback-Leibler divergence
    of the two categorical distributions of n+1 outcomes, with the arguments swapped *)

Definition bregman (n : nat) (x y : nat -> R) : R :=
  LSE0 n x - LSE0 n y - \sum_(i < n) (softmax0 n y i * (x i - y i)).

Definition KL (n : nat) (q p : nat -> R) : R := \sum_(i < n) (q i * ln (q i / p i)).

Definition categorical (n : nat) (x : nat -> R) : nat -> R := softmax (S n) (cons 0 x).

Theorem lse0_bregman_is_kl n x y :
  bregman n x y = KL (S n) (categorical n y) (categorical n x).
Proof.
  unfold KL, bregman, categorical, LSE0, softmax0. assert (HS : (0 < S n)%nat) by lia.
  set (q := softmax (S n) (cons 0 y)).
  rewrite (Sum_ext (S n) _ (fun i => (LSE (S n) (cons 0 x) - LSE (S n) (cons 0 y)) * q i
                                     - q i * (cons 0 x i - cons 0 y i))).
  - rewrite Sum_minus, Sum_scal. unfold q at 2. rewrite softmax_sum by assumption.
    rewrite Sum_first. simpl. ring.
  - intros i _. unfold Rdiv.
    rewrite ln_mult, ln_Rinv by (try apply Rinv_0_lt_compat; now apply softmax_pos).
    unfold q. rewrite !ln_softmax by assumption. ring.
Qed.

(** Hence it is non-negative, and 0 only at x = y. *)
Theorem lse0_bregman_nonneg n x y : 0 <= bregman n x y.
Proof.
  assert (HS : (0 < S n)%nat) by lia. set (q := softmax (S n) (cons 0 y)).
  assert (Hq : simplex (S n) q) by now apply softmax_simplex.
  pose proof (fenchel_young (S n) q (cons 0 x) HS Hq) as H.
  assert (E : dot (S n) q (cons 0 y) = LSE (S n) (cons 0 y) + negentropy (S n) q)
    by now apply fenchel_young_equality.
  unfold dot in H, E. rewrite Sum_first in H, E. simpl in H, E.
  unfold bregman, LSE0, softmax0. fold q.
  rewrite (Sum_ext n _ (fun i => q (S i) * x i - q (S i) * y i)), Sum_minus by (intros; ring).
  lra.
Qed.

Theorem lse0_bregman_zero n x y :
  bregman n x y = 0 <-> forall i, (i < n)%nat -> x i = y i.
Proof.
  assert (HS : (0 < S n)%nat) by lia. set (q := softmax (S n) (cons 0 y)).
  assert (Hq : simplex (S n) q) by now apply softmax_simplex.
  assert (E : dot (S n) q (cons 0 y) = LSE (S n) (cons 0 y) + negentropy (S n) q)
    by now apply fenchel_young_equality.
  assert (B : bregman n x y = LSE (S n) (cons 0 x) + negentropy (S n) q - dot (S n) q (cons 0 x)).
  { unfold dot in *. rewrite Sum_first in E |- *. simpl in E |- *.
    unfold bregman, LSE0, softmax0. fold q.
    rewrite (Sum_ext n _ (fun i => q (S i) * x i - q (S i) * y i)), Sum_minus by (intros; ring).
    lra. }
  split.
  - intros H0. assert (F : dot (S n) q (cons 0 x) = LSE (S n) (cons 0 x) + negentropy (S n) q)
      by lra.
    pose proof (proj1 (fenchel_young_equality (S n) q (cons 0 x) HS Hq) F) as G.
    assert (L : forall i, (i < S n)%nat ->
              cons 0 y i - LSE (S n) (cons 0 y) = cons 0 x i - LSE (S n) (cons 0 x)).
    { intros i Hi. rewrite <- !ln_softmax, <- G by assumption. reflexivity. }
    intros i Hi. pose proof (L O HS) as L0. specialize (L (S i)). simpl in *.
    assert (S i < S n)%nat as Hi' by lia. specialize (L Hi'). lra.
  - intros Exy. unfold bregman. rewrite (Sum_ext n _ (fun _ => 0)), Sum_const.
    + unfold LSE0. rewrite (LSE_ext (S n) (cons 0 x) (cons 0 y)); [ring|].
      intros [|i] Hi; simpl; [reflexivity|apply Exy; lia].
    + intros i Hi. rewrite Exy by assumption. ring.
Qed.

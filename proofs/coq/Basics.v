(** * Basics: finite sums, vectors, LSE and softmax

    A vector of R^n is a function [x : nat -> R] read at the indices [0 .. n-1], together with
    its length [n].  The length is a variable throughout: nothing below is about a fixed n.
    The last section says the same for lists: [LSE] of a vector is [ln] of the sum of [exp]
    over the list of its entries. *)

From Coq Require Export Reals Lra Lia Psatz Arith.
From Coq Require Import List.
Open Scope R_scope.

(** ** Finite sums: [\sum_(i < n) F] is F(0) + ... + F(n-1) *)

Fixpoint Sum (n : nat) (f : nat -> R) : R :=
  match n with
  | O => 0
  | S k => Sum k f + f k
  end.

Notation "\sum_ ( i < n ) F" := (Sum n (fun i => F))
  (at level 41, F at level 41, i name, n at level 50, format "\sum_ ( i  <  n )  F").

Lemma Sum_ext n f g : (forall i, (i < n)%nat -> f i = g i) -> Sum n f = Sum n g.
Proof.
  induction n as [|n IH]; simpl; intros H; [reflexivity|].
  rewrite IH, H; auto with arith.
Qed.

Lemma Sum_plus n f g : \sum_(i < n) (f i + g i) = Sum n f + Sum n g.
Proof. induction n as [|n IH]; simpl; [|rewrite IH]; ring. Qed.

Lemma Sum_scal n c f : \sum_(i < n) (c * f i) = c * Sum n f.
Proof. induction n as [|n IH]; simpl; [|rewrite IH]; ring. Qed.

Lemma Sum_minus n f g : \sum_(i < n) (f i - g i) = Sum n f - Sum n g.
Proof. induction n as [|n IH]; simpl; [|rewrite IH]; ring. Qed.

Lemma Sum_const n c : \sum_(_ < n) c = INR n * c.
Proof. induction n as [|n IH]; [simpl; ring|]. simpl Sum. rewrite IH, S_INR. ring. Qed.

Lemma Sum_le n f g : (forall i, (i < n)%nat -> f i <= g i) -> Sum n f <= Sum n g.
Proof.
  induction n as [|n IH]; simpl; intros H; [lra|].
  apply Rplus_le_compat; auto with arith.
Qed.

Lemma Sum_lt n f g k :
  (forall i, (i < n)%nat -> f i <= g i) -> (k < n)%nat -> f k < g k -> Sum n f < Sum n g.
Proof.
  induction n as [|n IH]; simpl; intros H Hk Hlt; [lia|].
  destruct (Nat.eq_dec k n) as [->|Hne].
  - apply Rplus_le_lt_compat; [apply Sum_le; auto with arith | exact Hlt].
  - apply Rplus_lt_le_compat; [apply IH; auto with arith; lia | auto with arith].
Qed.

(** Equal sums of ordered terms are equal term by term. *)
Lemma Sum_le_eq n f g :
  (forall i, (i < n)%nat -> f i <= g i) -> Sum n f = Sum n g ->
  forall i, (i < n)%nat -> f i = g i.
Proof.
  intros H E i Hi. destruct (H i Hi) as [Hlt|]; [|assumption].
  pose proof (Sum_lt n f g i H Hi Hlt). lra.
Qed.

Lemma Sum_nonneg n f : (forall i, (i < n)%nat -> 0 <= f i) -> 0 <= Sum n f.
Proof. intros H. pose proof (Sum_le n (fun _ => 0) f H). rewrite Sum_const in H0. lra. Qed.

Lemma Sum_pos n f : (0 < n)%nat -> (forall i, (i < n)%nat -> 0 < f i) -> 0 < Sum n f.
Proof.
  intros Hn H. replace 0 with (\sum_(_ < n) 0) by (rewrite Sum_const; ring).
  apply Sum_lt with (k := O); auto. intros i Hi. apply Rlt_le; auto.
Qed.

Lemma Sum_swap n m (f : nat -> nat -> R) :
  \sum_(i < n) \sum_(j < m) f i j = \sum_(j < m) \sum_(i < n) f i j.
Proof.
  induction n as [|n IH]; simpl.
  - rewrite Sum_const. ring.
  - rewrite IH, <- Sum_plus. reflexivity.
Qed.

Lemma Sum_first n f : Sum (S n) f = f O + \sum_(i < n) f (S i).
Proof. induction n as [|n IH]; [simpl; ring|]. simpl in *. rewrite IH. ring. Qed.

Lemma Sum_delta n k f :
  (k < n)%nat -> \sum_(i < n) (if Nat.eqb i k then f i else 0) = f k.
Proof.
  induction n as [|n IH]; intros Hk; [lia|]. simpl.
  destruct (Nat.eq_dec n k) as [->|Hne].
  - rewrite Nat.eqb_refl, (Sum_ext k _ (fun _ => 0)), Sum_const; [ring|].
    intros i Hi. destruct (Nat.eqb_spec i k); [lia|reflexivity].
  - destruct (Nat.eqb_spec n k); [lia|]. rewrite IH by lia. ring.
Qed.

Lemma Sum_abs n f : Rabs (Sum n f) <= \sum_(i < n) Rabs (f i).
Proof.
  induction n as [|n IH]; simpl; [rewrite Rabs_R0; lra|].
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

(** One term of a sum of non-negative terms is at most the sum; strictly less if another
    term is positive. *)
Lemma Sum_term_le n f k :
  (forall i, (i < n)%nat -> 0 <= f i) -> (k < n)%nat -> f k <= Sum n f.
Proof.
  intros H Hk. rewrite <- (Sum_delta n k f Hk). apply Sum_le. intros i Hi.
  destruct (Nat.eqb i k); [lra|auto].
Qed.

Lemma Sum_term_lt n f k j :
  (forall i, (i < n)%nat -> 0 <= f i) -> (k < n)%nat -> (j < n)%nat -> j <> k -> 0 < f j ->
  f k < Sum n f.
Proof.
  intros H Hk Hj Hjk Hp. rewrite <- (Sum_delta n k f Hk). apply Sum_lt with (k := j); auto.
  - intros i Hi. destruct (Nat.eqb i k); [lra|auto].
  - destruct (Nat.eqb_spec j k); [contradiction|assumption].
Qed.

(** ** Vectors *)

Definition dot (n : nat) (p x : nat -> R) : R := \sum_(i < n) (p i * x i).

(** [upd x k t] is x with entry k replaced by t. *)
Definition upd (x : nat -> R) (k : nat) (t : R) : nat -> R :=
  fun i => if Nat.eqb i k then t else x i.

(** [cons a x] is the vector (a, x_0, x_1, ...). *)
Definition cons (a : R) (x : nat -> R) : nat -> R :=
  fun i => match i with O => a | S j => x j end.

Lemma upd_same x k t : upd x k t k = t.
Proof. unfold upd. now rewrite Nat.eqb_refl. Qed.

Lemma upd_id x k i : upd x k (x k) i = x i.
Proof. unfold upd. destruct (Nat.eqb_spec i k); congruence. Qed.

(** ** Largest and smallest entry (of a vector with n >= 1 entries) *)

Fixpoint maxi (n : nat) (x : nat -> R) : R :=
  match n with O => x O | S k => Rmax (maxi k x) (x k) end.

Definition mini (n : nat) (x : nat -> R) : R := - maxi n (fun i => - x i).

Lemma maxi_ge n x i : (i < n)%nat -> x i <= maxi n x.
Proof.
  induction n as [|n IH]; intros Hi; [lia|]. simpl.
  destruct (Nat.eq_dec i n) as [->|Hne]; [apply Rmax_r|].
  apply Rle_trans with (maxi n x); [apply IH; lia | apply Rmax_l].
Qed.

Lemma maxi_attained n x : (0 < n)%nat -> exists i, (i < n)%nat /\ x i = maxi n x.
Proof.
  induction n as [|n IH]; intros Hn; [lia|]. simpl.
  unfold Rmax. destruct (Rle_dec (maxi n x) (x n)) as [Hle|Hgt]; [exists n; auto|].
  destruct n as [|n]; [simpl in Hgt; lra|].
  destruct IH as [i [Hi E]]; [lia|]. exists i. split; [lia|assumption].
Qed.

(** [maxi] is characterised by these two properties, and so is [mini] by their mirror images. *)
Lemma maxi_unique n x m :
  (forall i, (i < n)%nat -> x i <= m) -> (exists i, (i < n)%nat /\ x i = m) -> maxi n x = m.
Proof.
  intros Hle [i [Hi E]]. apply Rle_antisym.
  - destruct (maxi_attained n x) as [j [Hj <-]]; [lia|auto].
  - rewrite <- E. now apply maxi_ge.
Qed.

Lemma mini_le n x i : (i < n)%nat -> mini n x <= x i.
Proof. intros Hi. unfold mini. pose proof (maxi_ge n (fun i => - x i) i Hi). simpl in *. lra. Qed.

Lemma mini_attained n x : (0 < n)%nat -> exists i, (i < n)%nat /\ x i = mini n x.
Proof.
  intros Hn. destruct (maxi_attained n (fun i => - x i) Hn) as [i [Hi E]].
  exists i. split; [assumption|]. unfold mini. rewrite <- E. ring.
Qed.

Lemma maxi_scal n x t :
  (0 < n)%nat -> 0 <= t -> maxi n (fun i => t * x i) = t * maxi n x.
Proof.
  intros Hn Ht. apply maxi_unique.
  - intros i Hi. apply Rmult_le_compat_l; [assumption|now apply maxi_ge].
  - destruct (maxi_attained n x Hn) as [i [Hi E]]. exists i. now rewrite E.
Qed.

Lemma maxi_ext n x y : (forall i, x i = y i) -> maxi n x = maxi n y.
Proof. intros H. induction n as [|n IH]; simpl; [apply H|]. now rewrite IH, H. Qed.

(** ** LogSumExp and softmax *)

Definition sumexp (n : nat) (x : nat -> R) : R := \sum_(i < n) exp (x i).

Definition LSE (n : nat) (x : nat -> R) : R := ln (sumexp n x).

Definition softmax (n : nat) (x : nat -> R) (k : nat) : R := exp (x k) / sumexp n x.

(** The closed simplex, and the negative entropy.  In Coq [0 * ln 0] is 0, as it should be. *)
Definition simplex (n : nat) (p : nat -> R) : Prop :=
  (forall i, (i < n)%nat -> 0 <= p i) /\ Sum n p = 1.

Definition negentropy (n : nat) (p : nat -> R) : R := \sum_(i < n) (p i * ln (p i)).

Lemma sumexp_pos n x : (0 < n)%nat -> 0 < sumexp n x.
Proof. intros Hn. apply Sum_pos; auto using exp_pos. Qed.

Lemma exp_LSE n x : (0 < n)%nat -> exp (LSE n x) = sumexp n x.
Proof. intros Hn. now apply exp_ln, sumexp_pos. Qed.

Lemma LSE_ext n x y : (forall i, (i < n)%nat -> x i = y i) -> LSE n x = LSE n y.
Proof.
  intros H. unfold LSE, sumexp. f_equal. apply Sum_ext. intros i Hi. now rewrite H.
Qed.

Lemma softmax_alt n x k : (0 < n)%nat -> softmax n x k = exp (x k - LSE n x).
Proof.
  intros Hn. unfold softmax, Rminus. now rewrite exp_plus, exp_Ropp, exp_LSE.
Qed.

Lemma softmax_pos n x k : (0 < n)%nat -> 0 < softmax n x k.
Proof. intros Hn. apply Rdiv_lt_0_compat; [apply exp_pos|now apply sumexp_pos]. Qed.

Lemma softmax_sum n x : (0 < n)%nat -> Sum n (softmax n x) = 1.
Proof.
  intros Hn. pose proof (sumexp_pos n x Hn).
  rewrite (Sum_ext n _ (fun i => / sumexp n x * exp (x i))).
  - rewrite Sum_scal. fold (sumexp n x). field. lra.
  - intros. unfold softmax. field. lra.
Qed.

Lemma softmax_simplex n x : (0 < n)%nat -> simplex n (softmax n x).
Proof. split; [intros; apply Rlt_le, softmax_pos|apply softmax_sum]; assumption. Qed.

Lemma ln_softmax n x k : (0 < n)%nat -> ln (softmax n x k) = x k - LSE n x.
Proof. intros Hn. now rewrite softmax_alt, ln_exp. Qed.

(** ** The elementary inequality on which everything rests: 1 + t <= e^t, equal only at 0 *)

Lemma exp_tangent t : 1 + t <= exp t.
Proof.
  destruct (Req_dec t 0) as [->|H]; [rewrite exp_0; lra|]. now apply Rlt_le, exp_ineq1.
Qed.

Lemma ln_tangent t : 0 < t -> ln t <= t - 1.
Proof. intros Ht. pose proof (exp_tangent (ln t)). rewrite exp_ln in H; lra. Qed.

(** ** The same on lists *)

Definition LSE_list (l : list R) : R := ln (fold_right Rplus 0 (map exp l)).

Theorem LSE_of_list l : LSE_list l = LSE (length l) (fun i => nth i l 0).
Proof.
  unfold LSE_list, LSE, sumexp. f_equal. induction l as [|a l IH]; [reflexivity|].
  simpl length. rewrite Sum_first. simpl fold_right. rewrite IH. reflexivity.
Qed.

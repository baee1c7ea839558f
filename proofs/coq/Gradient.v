(** * The gradient of LSE is softmax; its Hessian is diag(p) - p p^T, positive semidefinite

    A partial derivative is the derivative in t of the function with entry k replaced by t. *)

From Coquelicot Require Import Coquelicot.
From LseVerify Require Import Basics Bounds.

(** ** gradient.softmax *)

Lemma sumexp_upd n x k t :
  (k < n)%nat -> sumexp n (upd x k t) = exp t + (sumexp n x - exp (x k)).
Proof.
  intros Hk. unfold sumexp.
  rewrite (Sum_ext n (fun i => exp (upd x k t i))
             (fun i => exp (x i) + (if Nat.eqb i k then exp t - exp (x k) else 0))).
  - rewrite Sum_plus, (Sum_delta n k (fun _ => exp t - exp (x k))) by assumption. ring.
  - intros i _. unfold upd. destruct (Nat.eqb_spec i k) as [->|]; ring.
Qed.

Lemma sumexp_derive n x k :
  (k < n)%nat -> is_derive (fun t => sumexp n (upd x k t)) (x k) (exp (x k)).
Proof.
  intros Hk. apply is_derive_ext with (fun t => exp t + (sumexp n x - exp (x k))).
  - intros t. now rewrite sumexp_upd.
  - auto_derive; [exact I|ring].
Qed.

Lemma sumexp_upd_id n x k : sumexp n (upd x k (x k)) = sumexp n x.
Proof. apply Sum_ext. intros i _. now rewrite upd_id. Qed.

Theorem gradient_softmax n x k :
  (k < n)%nat -> is_derive (fun t => LSE n (upd x k t)) (x k) (softmax n x k).
Proof.
  intros Hk. assert (Hn : (0 < n)%nat) by lia. unfold LSE, softmax.
  pose proof (sumexp_pos n x Hn) as Hpos.
  assert (Hln : is_derive ln (sumexp n (upd x k (x k))) (/ sumexp n x)).
  { rewrite sumexp_upd_id. auto_derive; [assumption|ring]. }
  exact (is_derive_comp ln _ _ _ _ Hln (sumexp_derive n x k Hk)).
Qed.

Lemma is_derive_Sum n (f : nat -> R -> R) (d : nat -> R) u :
  (forall i, (i < n)%nat -> is_derive (f i) u (d i)) ->
  is_derive (fun t => \sum_(i < n) f i t) u (Sum n d).
Proof.
  induction n as [|n IH]; intros H; simpl; [exact (is_derive_const 0 u)|].
  refine (is_derive_plus _ _ _ _ _ (IH _) _); auto with arith.
Qed.

(** The same for the derivative along any direction v: it is <softmax(x), v>, so that softmax
    is the gradient and not only the list of partial derivatives. *)
Theorem gradient_directional n x v :
  (0 < n)%nat ->
  is_derive (fun t => LSE n (fun i => x i + t * v i)) 0 (dot n (softmax n x) v).
Proof.
  intros Hn. pose proof (sumexp_pos n x Hn) as Hpos.
  assert (E0 : sumexp n (fun i => x i + 0 * v i) = sumexp n x)
    by (apply Sum_ext; intros; f_equal; ring).
  assert (Hs : is_derive (fun t => sumexp n (fun i => x i + t * v i)) 0
                 (\sum_(i < n) (exp (x i) * v i))).
  { apply (is_derive_Sum n (fun i t => exp (x i + t * v i))). intros i _.
    auto_derive; [exact I|]. replace (x i + 0 * v i) with (x i) by ring. ring. }
  assert (Hln : is_derive ln (sumexp n (fun i => x i + 0 * v i)) (/ sumexp n x)).
  { rewrite E0. auto_derive; [assumption|ring]. }
  pose proof (is_derive_comp ln (fun t => sumexp n (fun i => x i + t * v i)) 0 _ _ Hln Hs)
    as H.
  replace (dot n (softmax n x) v) with ((\sum_(i < n) exp (x i) * v i) * / sumexp n x).
  - exact H.
  - unfold dot, softmax. rewrite Rmult_comm, <- Sum_scal. apply Sum_ext. intros. field. lra.
Qed.

(** ** hessian.psd: the entries *)

Definition hessian (p : nat -> R) (i j : nat) : R :=
  (if Nat.eqb i j then p i else 0) - p i * p j.

Definition quadratic_form (n : nat) (h : nat -> nat -> R) (v : nat -> R) : R :=
  \sum_(i < n) \sum_(j < n) (v i * h i j * v j).

Theorem softmax_derivative n x i j :
  (i < n)%nat -> (j < n)%nat ->
  is_derive (fun t => softmax n (upd x j t) i) (x j) (hessian (softmax n x) i j).
Proof.
  intros Hi Hj. assert (Hn : (0 < n)%nat) by lia.
  pose proof (sumexp_pos n x Hn) as Hpos.
  assert (Hne : sumexp n (upd x j (x j)) <> 0) by (rewrite sumexp_upd_id; lra).
  assert (Hnum : is_derive (fun t => exp (upd x j t i)) (x j)
                   (if Nat.eqb i j then exp (x i) else 0)).
  { unfold upd. destruct (Nat.eqb_spec i j) as [->|_]; auto_derive; auto; ring. }
  pose proof (is_derive_div _ _ _ _ _ Hnum (sumexp_derive n x j Hj) Hne) as H.
  cbv beta in H. rewrite upd_id, sumexp_upd_id in H. unfold softmax at 1.
  replace (hessian (softmax n x) i j) with
    (((if Nat.eqb i j then exp (x i) else 0) * sumexp n x - exp (x i) * exp (x j))
       / sumexp n x ^ 2); [exact H|].
  unfold hessian, softmax. destruct (Nat.eqb i j); field; lra.
Qed.

(** The same, literally as the second partial derivative of LSE. *)
Theorem hessian_entries n x i j :
  (i < n)%nat -> (j < n)%nat ->
  is_derive (fun t => Derive (fun s => LSE n (upd (upd x j t) i s)) (upd x j t i)) (x j)
    (hessian (softmax n x) i j).
Proof.
  intros Hi Hj. apply is_derive_ext with (fun t => softmax n (upd x j t) i).
  - intros t. symmetry. now apply is_derive_unique, gradient_softmax.
  - now apply softmax_derivative.
Qed.

(** ** hessian.psd: the quadratic form is half a sum of squares *)

Lemma quadratic_form_moments n p v :
  quadratic_form n (hessian p) v = \sum_(i < n) (p i * (v i * v i)) - dot n p v * dot n p v.
Proof.
  unfold quadratic_form, dot. rewrite <- Sum_scal, <- Sum_minus. apply Sum_ext. intros i Hi.
  rewrite (Sum_ext n _ (fun j => (if Nat.eqb j i then v i * p j * v j else 0)
                                 - (p i * v i) * (p j * v j))).
  - rewrite Sum_minus, (Sum_delta n i (fun j => v i * p j * v j)), Sum_scal by assumption.
    ring.
  - intros j _. unfold hessian. rewrite Nat.eqb_sym.
    destruct (Nat.eqb_spec j i) as [->|]; ring.
Qed.

Theorem hessian_form n p v :
  Sum n p = 1 ->
  quadratic_form n (hessian p) v
    = / 2 * \sum_(i < n) \sum_(j < n) (p i * p j * (v i - v j) ^ 2).
Proof.
  intros H1. rewrite quadratic_form_moments.
  set (m2 := \sum_(i < n) (p i * (v i * v i))).
  assert (E : forall i, \sum_(j < n) (p i * p j * (v i - v j) ^ 2)
                        = p i * (v i * v i) + m2 * p i - 2 * dot n p v * (p i * v i)).
  { intros i. rewrite (Sum_ext n _ (fun j =>
      p i * (v i * v i) * p j + p i * (p j * (v j * v j)) - 2 * (p i * v i) * (p j * v j)))
      by (intros; ring).
    rewrite Sum_minus, Sum_plus, !Sum_scal, H1. fold m2. fold (dot n p v). ring. }
  rewrite (Sum_ext n _ _ (fun i _ => E i)).
  rewrite Sum_minus, Sum_plus, !Sum_scal, H1. fold m2. fold (dot n p v). field.
Qed.

Theorem hessian_psd n x v :
  (0 < n)%nat -> 0 <= quadratic_form n (hessian (softmax n x)) v.
Proof.
  intros Hn. rewrite hessian_form by now apply softmax_sum.
  apply Rmult_le_pos; [lra|]. apply Sum_nonneg; intros i _. apply Sum_nonneg; intros j _.
  pose proof (softmax_pos n x i Hn). pose proof (softmax_pos n x j Hn).
  apply Rmult_le_pos; [nra|apply pow2_ge_0].
Qed.

(** ** hessian.psd: the form vanishes only along the all-ones direction *)

Theorem hessian_kernel n x v :
  (0 < n)%nat ->
  (quadratic_form n (hessian (softmax n x)) v = 0 <->
   forall i j, (i < n)%nat -> (j < n)%nat -> v i = v j).
Proof.
  intros Hn. rewrite hessian_form by now apply softmax_sum.
  set (p := softmax n x).
  assert (Hp : forall i, 0 < p i) by (intros; now apply softmax_pos).
  assert (Hterm : forall i j, 0 <= p i * p j * (v i - v j) ^ 2).
  { intros i j. pose proof (Hp i). pose proof (Hp j).
    apply Rmult_le_pos; [nra|apply pow2_ge_0]. }
  split.
  - intros H0 i j Hi Hj.
    assert (Hi0 : \sum_(k < n) (p i * p k * (v i - v k) ^ 2) = 0).
    { apply Rle_antisym; [|apply Sum_nonneg; auto].
      apply Rle_trans with (\sum_(l < n) \sum_(k < n) (p l * p k * (v l - v k) ^ 2)); [|lra].
      apply (Sum_term_le n (fun l => \sum_(k < n) (p l * p k * (v l - v k) ^ 2))); auto.
      intros l _. apply Sum_nonneg; auto. }
    assert (Hij : p i * p j * (v i - v j) ^ 2 = 0).
    { apply Rle_antisym; [|auto]. rewrite <- Hi0.
      apply (Sum_term_le n (fun k => p i * p k * (v i - v k) ^ 2)); auto. }
    pose proof (Hp i). pose proof (Hp j).
    assert (0 < p i * p j) by now apply Rmult_lt_0_compat.
    apply Rmult_integral in Hij. destruct Hij as [Hij|Hij]; [lra|].
    simpl in Hij. nra.
  - intros Hv. rewrite (Sum_ext n _ (fun _ => 0)); [rewrite Sum_const; ring|].
    intros i Hi. rewrite (Sum_ext n _ (fun _ => 0)); [rewrite Sum_const; ring|].
    intros j Hj. rewrite (Hv i j) by assumption. ring.
Qed.

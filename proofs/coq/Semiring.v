(** * The log domain: products, sums, the log semiring on R with -oo, and its tropical limit *)

From Coquelicot Require Import Coquelicot.
From LseVerify Require Import Basics Bounds.

(** ** logdomain.product and logdomain.sum *)

Definition logaddexp (a b : R) : R := ln (exp a + exp b).

(** It is LSE of two entries. *)
Theorem logaddexp_is_LSE a b : logaddexp a b = LSE 2 (cons a (cons b (fun _ => 0))).
Proof. unfold logaddexp, LSE, sumexp. simpl. now rewrite Rplus_0_l. Qed.

Theorem logdomain_product a b : 0 < a -> 0 < b -> ln (a * b) = ln a + ln b.
Proof. apply ln_mult. Qed.

Theorem logdomain_sum a b : 0 < a -> 0 < b -> ln (a + b) = logaddexp (ln a) (ln b).
Proof. intros Ha Hb. unfold logaddexp. now rewrite !exp_ln. Qed.

(** Any number of terms. *)
Theorem logdomain_sum_any n a :
  (forall i, (i < n)%nat -> 0 < a i) -> ln (Sum n a) = LSE n (fun i => ln (a i)).
Proof.
  intros H. unfold LSE, sumexp. f_equal. apply Sum_ext. intros i Hi. rewrite exp_ln; auto.
Qed.

(** ** semiring: R with -oo ([None]), addition ⊕ = logaddexp, multiplication ⊗ = + *)

Definition ext := option R.

Definition oplus (a b : ext) : ext :=
  match a, b with
  | None, _ => b
  | _, None => a
  | Some a, Some b => Some (logaddexp a b)
  end.

Definition otimes (a b : ext) : ext :=
  match a, b with
  | Some a, Some b => Some (a + b)
  | _, _ => None
  end.

(** [exp], with exp(-oo) = 0, carries ⊕ and ⊗ to + and * of the non-negative reals, and is
    injective: the laws below are those of the reals. *)
Definition expo (a : ext) : R := match a with Some a => exp a | None => 0 end.

Theorem expo_oplus a b : expo (oplus a b) = expo a + expo b.
Proof.
  destruct a as [a|], b as [b|]; simpl; try ring. unfold logaddexp. apply exp_ln.
  pose proof (exp_pos a). pose proof (exp_pos b). lra.
Qed.

Theorem expo_otimes a b : expo (otimes a b) = expo a * expo b.
Proof. destruct a as [a|], b as [b|]; simpl; try ring. apply exp_plus. Qed.

Theorem expo_injective a b : expo a = expo b -> a = b.
Proof.
  destruct a as [a|], b as [b|]; simpl; intros H; auto.
  - f_equal. now apply exp_inv.
  - pose proof (exp_pos a). lra.
  - pose proof (exp_pos b). lra.
Qed.

Theorem expo_onto y : 0 <= y -> exists a, expo a = y.
Proof. intros [H|<-]; [exists (Some (ln y)); now apply exp_ln|now exists None]. Qed.

Theorem semiring_assoc a b c : oplus a (oplus b c) = oplus (oplus a b) c.
Proof. apply expo_injective. rewrite !expo_oplus. ring. Qed.

Theorem semiring_comm a b : oplus a b = oplus b a.
Proof. apply expo_injective. rewrite !expo_oplus. ring. Qed.

Theorem semiring_neutral a : oplus None a = a.
Proof. reflexivity. Qed.

Theorem semiring_distr a b c : otimes a (oplus b c) = oplus (otimes a b) (otimes a c).
Proof. apply expo_injective. rewrite ?expo_otimes, ?expo_oplus, ?expo_otimes. ring. Qed.

Theorem semiring_times_assoc a b c : otimes a (otimes b c) = otimes (otimes a b) c.
Proof. apply expo_injective. rewrite !expo_otimes. ring. Qed.

Theorem semiring_times_comm a b : otimes a b = otimes b a.
Proof. apply expo_injective. rewrite !expo_otimes. ring. Qed.

Theorem semiring_times_neutral a : otimes (Some 0) a = a.
Proof. apply expo_injective. rewrite expo_otimes. simpl. rewrite exp_0. ring. Qed.

Theorem semiring_times_absorbing a : otimes None a = None.
Proof. reflexivity. Qed.

(** On the reals themselves, without -oo. *)
Theorem logaddexp_assoc a b c : logaddexp a (logaddexp b c) = logaddexp (logaddexp a b) c.
Proof.
  pose proof (semiring_assoc (Some a) (Some b) (Some c)) as H. now injection H.
Qed.

Theorem logaddexp_comm a b : logaddexp a b = logaddexp b a.
Proof. unfold logaddexp. now rewrite Rplus_comm. Qed.

Theorem logaddexp_distr a b c : a + logaddexp b c = logaddexp (a + b) (a + c).
Proof. pose proof (semiring_distr (Some a) (Some b) (Some c)) as H. now injection H. Qed.

(** ⊕ is not idempotent, unlike max: a ⊕ a = a + log 2. *)
Theorem logaddexp_not_idempotent a : logaddexp a a = a + ln 2.
Proof.
  unfold logaddexp. replace (exp a + exp a) with (exp a * 2) by ring.
  rewrite ln_mult, ln_exp; auto using exp_pos; lra.
Qed.

(** The neutral element is the limit: a ⊕ b -> b as a -> -oo. *)
Theorem neutral_as_limit b : is_lim (fun a => logaddexp a b) m_infty b.
Proof.
  apply is_lim_spec. intros [eps Heps]. simpl. exists (ln eps + b). intros a Ha.
  assert (Hb := exp_pos b). assert (E : logaddexp a b - b = ln (1 + exp (a - b))).
  { unfold logaddexp. replace (exp a + exp b) with (exp b * (1 + exp (a - b))).
    - rewrite ln_mult, ln_exp; [ring|assumption|]. pose proof (exp_pos (a - b)). lra.
    - unfold Rminus. rewrite exp_plus, exp_Ropp. field. lra. }
  rewrite E. pose proof (exp_pos (a - b)) as Hp.
  assert (0 < ln (1 + exp (a - b))) by (rewrite <- ln_1; apply ln_increasing; lra).
  rewrite Rabs_pos_eq by lra.
  apply Rle_lt_trans with (exp (a - b)).
  - pose proof (ln_tangent (1 + exp (a - b))). lra.
  - rewrite <- (exp_ln eps) by assumption. apply exp_increasing. lra.
Qed.

(** LSE is the ⊕-sum of its entries. *)
Theorem LSE_is_oplus_sum n x :
  (0 < n)%nat -> LSE (S n) x = logaddexp (LSE n x) (x n).
Proof. intros Hn. unfold logaddexp. now rewrite exp_LSE. Qed.

(** ** tropical.limit: (1/t) log(e^(ta) + e^(tb)) -> max(a, b) as t -> +oo *)

Theorem tropical_limit a b :
  is_lim (fun t => / t * ln (exp (t * a) + exp (t * b))) p_infty (Rmax a b).
Proof.
  set (x := cons a (cons b (fun _ => 0))).
  apply is_lim_ext with (fun t => LSE 2 (fun i => t * x i) / t).
  - intros t. unfold LSE, sumexp. simpl. rewrite Rplus_0_l. unfold Rdiv. ring.
  - replace (Rmax a b) with (maxi 2 x); [apply scaled_limit; lia|].
    simpl. now rewrite (Rmax_left a a) by lra.
Qed.

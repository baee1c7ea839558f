(** * mixture.kl: the log-density of a mixture, and the divergence of two mixtures

    [l i] is the logarithm of the i-th weighted component at a point; the density of the
    mixture of k components is Σ e^(l i), its logarithm an LSE, bounded by max and max + log k.
    Nothing is asked of the components but that the integrals exist. *)

From Coquelicot Require Import Coquelicot.
From LseVerify Require Import Basics Bounds.

Theorem mixture_sandwich k l :
  (0 < k)%nat -> maxi k l <= ln (\sum_(i < k) exp (l i)) <= maxi k l + ln (INR k).
Proof. intros Hk. split; [now apply bounds_lower|now apply bounds_upper]. Qed.

(** The two sides of the log-ratio are apart by exactly log k + log k'. *)
Theorem mixture_log_ratio k l k' l' :
  (0 < k)%nat -> (0 < k')%nat ->
  let low := maxi k l - (maxi k' l' + ln (INR k')) in
  let high := (maxi k l + ln (INR k)) - maxi k' l' in
  low <= ln ((\sum_(i < k) exp (l i)) / (\sum_(i < k') exp (l' i))) <= high /\
  high - low = ln (INR k) + ln (INR k').
Proof.
  intros Hk Hk' low high. split; [|unfold low, high; ring].
  pose proof (mixture_sandwich k l Hk). pose proof (mixture_sandwich k' l' Hk').
  pose proof (sumexp_pos k l Hk) as P. pose proof (sumexp_pos k' l' Hk') as P'.
  unfold sumexp in P, P'. unfold Rdiv.
  rewrite ln_mult, ln_Rinv by auto using Rinv_0_lt_compat. unfold low, high. lra.
Qed.

(** Integrals over the whole line, as limits of integrals over growing intervals. *)
Definition line_integral (f : R -> R) (value : R) : Prop :=
  is_RInt_gen f (Rbar_locally m_infty) (Rbar_locally p_infty) value.

Lemma line_integral_minus f g a b :
  line_integral f a -> line_integral g b -> line_integral (fun t => f t - g t) (a - b).
Proof. intros Hf Hg. exact (is_RInt_gen_minus f g a b Hf Hg). Qed.

Lemma line_integral_scal f c a : line_integral f a -> line_integral (fun t => c * f t) (c * a).
Proof. intros Hf. exact (is_RInt_gen_scal f c a Hf). Qed.

Lemma line_integral_unique f g a b :
  (forall t, f t = g t) -> line_integral f a -> line_integral g b -> a = b.
Proof.
  intros E Hf Hg. unfold line_integral in *.
  assert (Hf' : is_RInt_gen g (Rbar_locally m_infty) (Rbar_locally p_infty) a).
  { apply is_RInt_gen_ext with f; [|exact Hf].
    exists (fun _ => True) (fun _ => True); [now exists 0|now exists 0|intros; apply E]. }
  rewrite <- (is_RInt_gen_unique (V := R_CompleteNormedModule) g a Hf').
  now rewrite <- (is_RInt_gen_unique (V := R_CompleteNormedModule) g b Hg).
Qed.

Lemma line_integral_le f g a b :
  (forall t, f t <= g t) -> line_integral f a -> line_integral g b -> a <= b.
Proof.
  intros Hle Hf Hg. pose proof (line_integral_minus g f b a Hg Hf) as H.
  cut (norm (b - a) <= b - a).
  { intros N. pose proof (norm_ge_0 (b - a)). lra. }
  apply (RInt_gen_norm (Fa := Rbar_locally m_infty) (Fb := Rbar_locally p_infty)
           (fun t => g t - f t) (fun t => g t - f t)); try exact H.
  - exists (fun t => t < 0) (fun t => 0 < t); [now exists 0|now exists 0|].
    intros x y Hx Hy. simpl. lra.
  - exists (fun _ => True) (fun _ => True); [now exists 0|now exists 0|].
    intros x y _ _ t _. specialize (Hle t). right. apply Rabs_pos_eq. lra.
Qed.

(** Integrated against the first mixture's own density m: the Kullback-Leibler divergence
    lies between the integrals of the two sides, which are exactly log k + log k' apart. *)
Theorem mixture_kl k k' (l l' : R -> nat -> R) kl klow khigh :
  let m t := \sum_(i < k) exp (l t i) in
  let m' t := \sum_(i < k') exp (l' t i) in
  let low t := m t * (maxi k (l t) - (maxi k' (l' t) + ln (INR k'))) in
  let high t := m t * ((maxi k (l t) + ln (INR k)) - maxi k' (l' t)) in
  (0 < k)%nat -> (0 < k')%nat ->
  line_integral m 1 ->
  line_integral (fun t => m t * ln (m t / m' t)) kl ->
  line_integral low klow -> line_integral high khigh ->
  klow <= kl <= khigh /\ khigh - klow = ln (INR k) + ln (INR k').
Proof.
  intros m m' low high Hk Hk' Hm Hkl Hlow Hhigh.
  assert (P : forall t, 0 < m t) by (intros; now apply (sumexp_pos k)).
  split; [split|].
  - apply (line_integral_le low (fun t => m t * ln (m t / m' t))); auto.
    intros t. apply Rmult_le_compat_l; [now apply Rlt_le|].
    now apply (mixture_log_ratio k (l t) k' (l' t)).
  - apply (line_integral_le (fun t => m t * ln (m t / m' t)) high); auto.
    intros t. apply Rmult_le_compat_l; [now apply Rlt_le|].
    now apply (mixture_log_ratio k (l t) k' (l' t)).
  - rewrite <- (Rmult_1_r (_ + _)).
    apply (line_integral_unique (fun t => high t - low t)
             (fun t => (ln (INR k) + ln (INR k')) * m t)).
    + intros t. unfold high, low. ring.
    + now apply line_integral_minus.
    + now apply line_integral_scal.
Qed.

(** * Convexity of LSE, and along which segments it is flat

    LSE is a supremum of affine functions (its biconjugate), hence convex.  Spelled out: with
    z = a x + (1-a) y and p = softmax(z), Fenchel-Young is an equality at z and an inequality
    at x and at y.  Equality throughout forces softmax(x) = softmax(y), so that y - x is
    constant: the all-ones direction is the only one along which LSE is not strictly convex. *)

From LseVerify Require Import Basics Bounds Conjugate.

Definition mix (a : R) (x y : nat -> R) : nat -> R := fun i => a * x i + (1 - a) * y i.

Lemma dot_mix n p a x y : dot n p (mix a x y) = a * dot n p x + (1 - a) * dot n p y.
Proof.
  unfold dot, mix. rewrite <- !Sum_scal, <- Sum_plus. apply Sum_ext. intros; ring.
Qed.

(** ** convex *)

Theorem convex n a x y :
  (0 < n)%nat -> 0 <= a <= 1 -> LSE n (mix a x y) <= a * LSE n x + (1 - a) * LSE n y.
Proof.
  intros Hn Ha. set (p := softmax n (mix a x y)).
  assert (Hp : simplex n p) by now apply softmax_simplex.
  assert (E : dot n p (mix a x y) = LSE n (mix a x y) + negentropy n p)
    by now apply fenchel_young_equality.
  rewrite dot_mix in E.
  pose proof (fenchel_young n p x Hn Hp). pose proof (fenchel_young n p y Hn Hp). nra.
Qed.

(** ** convex.not_strict: LSE(x + c) = LSE(x) + c, so LSE is affine along (1, ..., 1) *)

Theorem flat_along_ones n x c : (0 < n)%nat -> LSE n (fun i => x i + c) = LSE n x + c.
Proof.
  intros Hn. rewrite (trick n (fun i => x i + c) c) by assumption.
  rewrite (LSE_ext n _ x) by (intros; ring). ring.
Qed.

(** Two different points with equality in [convex]: LSE is not strictly convex. *)
Theorem convex_not_strict n :
  (0 < n)%nat ->
  exists x y, (exists i, (i < n)%nat /\ x i <> y i) /\
    forall a, LSE n (mix a x y) = a * LSE n x + (1 - a) * LSE n y.
Proof.
  intros Hn. exists (fun _ => 0 + 1), (fun _ => 0). split; [exists O; split; [assumption|lra]|].
  intros a. rewrite flat_along_ones by assumption.
  rewrite (LSE_ext n _ (fun _ => 0 + a)) by (intros; unfold mix; ring).
  rewrite (flat_along_ones n (fun _ => 0) a) by assumption. ring.
Qed.

(** ... and only there. *)
Theorem convex_equality n a x y :
  (0 < n)%nat -> 0 < a < 1 ->
  (LSE n (mix a x y) = a * LSE n x + (1 - a) * LSE n y <->
   exists c, forall i, (i < n)%nat -> y i = x i + c).
Proof.
  intros Hn Ha. split.
  - intros E0. set (p := softmax n (mix a x y)).
    assert (Hp : simplex n p) by now apply softmax_simplex.
    assert (E : dot n p (mix a x y) = LSE n (mix a x y) + negentropy n p)
      by now apply fenchel_young_equality.
    rewrite dot_mix in E.
    pose proof (fenchel_young n p x Hn Hp) as Hx. pose proof (fenchel_young n p y Hn Hp) as Hy.
    assert (Ex : dot n p x = LSE n x + negentropy n p) by nra.
    assert (Ey : dot n p y = LSE n y + negentropy n p) by nra.
    pose proof (proj1 (fenchel_young_equality n p x Hn Hp) Ex) as Fx.
    pose proof (proj1 (fenchel_young_equality n p y Hn Hp) Ey) as Fy.
    exists (LSE n y - LSE n x). intros i Hi.
    pose proof (ln_softmax n x i Hn). pose proof (ln_softmax n y i Hn).
    rewrite <- Fx in H by assumption. rewrite <- Fy in H0 by assumption. lra.
  - intros [c Hc].
    rewrite (LSE_ext n (mix a x y) (fun i => x i + (1 - a) * c))
      by (intros; unfold mix; rewrite Hc by assumption; ring).
    rewrite (LSE_ext n y (fun i => x i + c)) by assumption.
    rewrite !flat_along_ones by assumption. ring.
Qed.

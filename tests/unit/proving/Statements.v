(* What the theorems must say, written apart from them.

   Each line holds only if the theorem's type is the one written here, up to unfolding of
   definitions: with an assumption more or a conclusion less it does not compile. LSE, softmax
   and the rest are written out, so the definitions are held to the article's as well. *)

From Coq Require Import Reals List.
From Coquelicot Require Import Coquelicot.
From LseVerify Require Basics Bounds Conjugate Convexity Gradient StrictlyConvex Cumulant.
From LseVerify Require Semiring Mixture Rounding Floats Certified.
Import ListNotations.
Open Scope R_scope.

(* The recursive definitions. *)

Notation sum := Basics.Sum.
Notation max := Basics.maxi.

Definition sum_0 : forall f, sum 0 f = 0 := fun _ => eq_refl.
Definition sum_S : forall n f, sum (S n) f = sum n f + f n := fun _ _ => eq_refl.
Definition max_0 : forall x, max 0 x = x O := fun _ => eq_refl.
Definition max_S : forall n x, max (S n) x = Rmax (max n x) (x n) := fun _ _ => eq_refl.
Definition max_is_above : forall n x i, (i < n)%nat -> x i <= max n x := Basics.maxi_ge.
Definition max_is_attained :
  forall n x, (0 < n)%nat -> exists i, (i < n)%nat /\ x i = max n x := Basics.maxi_attained.

Notation LSE n x := (ln (sum n (fun i => exp (x i)))).
Notation softmax n x := (fun k => exp (x k) / sum n (fun i => exp (x i))).
Notation inner n p x := (sum n (fun i => p i * x i)).
Notation negentropy n p := (sum n (fun i => p i * ln (p i))).
Notation in_simplex n p := ((forall i, (i < n)%nat -> 0 <= p i) /\ sum n p = 1).
Notation replaced x k t := (fun i => if Nat.eqb i k then t else x i).
Notation prefixed a x := (fun i => match i with O => a | S j => x j end).

Definition bounds_lower_strict :
  forall n x, (0 < n)%nat -> (max n x < LSE n x <-> n <> 1%nat)
  := Bounds.bounds_lower_strict.

Definition bounds_upper :
  forall n x, (0 < n)%nat -> LSE n x <= max n x + ln (INR n)
  := Bounds.bounds_upper.

Definition scaled_bounds :
  forall n x t, (2 <= n)%nat -> 0 < t ->
  max n x < LSE n (fun i => t * x i) / t <= max n x + ln (INR n) / t
  := Bounds.scaled_bounds.

Definition convex :
  forall n a x y, (0 < n)%nat -> 0 <= a <= 1 ->
  LSE n (fun i => a * x i + (1 - a) * y i) <= a * LSE n x + (1 - a) * LSE n y
  := Convexity.convex.

Definition gradient_softmax :
  forall n x k, (k < n)%nat ->
  is_derive (fun t => LSE n (replaced x k t)) (x k) (softmax n x k)
  := Gradient.gradient_softmax.

Definition hessian_entries :
  forall n x i j, (i < n)%nat -> (j < n)%nat ->
  is_derive
    (fun t => Derive (fun s => LSE n (replaced (replaced x j t) i s)) (replaced x j t i)) (x j)
    ((if Nat.eqb i j then softmax n x i else 0) - softmax n x i * softmax n x j)
  := Gradient.hessian_entries.

Definition hessian_form :
  forall n p v, sum n p = 1 ->
  sum n (fun i => sum n (fun j => v i * ((if Nat.eqb i j then p i else 0) - p i * p j) * v j))
  = / 2 * sum n (fun i => sum n (fun j => p i * p j * (v i - v j) ^ 2))
  := Gradient.hessian_form.

Definition conjugate_on_simplex :
  forall n p, (0 < n)%nat -> in_simplex n p ->
  is_lub_Rbar (fun v => exists x, v = inner n p x - LSE n x) (negentropy n p)
  := Conjugate.conjugate_on_simplex.

Definition conjugate_off_simplex :
  forall n p, (0 < n)%nat -> sum n p <> 1 \/ (exists k, (k < n)%nat /\ p k < 0) ->
  is_lub_Rbar (fun v => exists x, v = inner n p x - LSE n x) p_infty
  := Conjugate.conjugate_off_simplex.

Definition fenchel_young_equality :
  forall n p x, (0 < n)%nat -> in_simplex n p ->
  (inner n p x = LSE n x + negentropy n p <->
   forall i, (i < n)%nat -> p i = softmax n x i)
  := Conjugate.fenchel_young_equality.

Definition lse0_strictly_convex :
  forall n a x y, 0 < a < 1 -> (exists i, (i < n)%nat /\ x i <> y i) ->
  LSE (S n) (prefixed 0 (fun i => a * x i + (1 - a) * y i))
  < a * LSE (S n) (prefixed 0 x) + (1 - a) * LSE (S n) (prefixed 0 y)
  := StrictlyConvex.lse0_strictly_convex.

Definition lse0_bregman_is_kl :
  forall n x y,
  LSE (S n) (prefixed 0 x) - LSE (S n) (prefixed 0 y)
    - sum n (fun i => softmax (S n) (prefixed 0 y) (S i) * (x i - y i))
  = sum (S n) (fun i => softmax (S n) (prefixed 0 y) i
      * ln (softmax (S n) (prefixed 0 y) i / softmax (S n) (prefixed 0 x) i))
  := StrictlyConvex.lse0_bregman_is_kl.

Definition lse0_binomial :
  forall N t,
  ln (sum (S N) (fun k => Binomial.C N k * exp (INR k * t)))
  = INR N * LSE 2 (prefixed 0 (fun _ => t))
  := Cumulant.lse0_binomial.

Definition semiring_assoc :
  forall a b c, Semiring.oplus a (Semiring.oplus b c) = Semiring.oplus (Semiring.oplus a b) c
  := Semiring.semiring_assoc.

Definition oplus_is_logaddexp :
  forall a b, Semiring.oplus (Some a) (Some b) = Some (ln (exp a + exp b))
  := fun _ _ => eq_refl.

Definition tropical_limit :
  forall a b, is_lim (fun t => / t * ln (exp (t * a) + exp (t * b))) p_infty (Rmax a b)
  := Semiring.tropical_limit.

Definition naive_bound :
  forall ulp u eta E L n x t e s got,
  Rounding.is_ulp u eta ulp -> 0 <= u -> 0 <= E -> 0 <= L -> (0 < n)%nat -> Rounding.adds n t ->
  (forall i, (i < n)%nat -> Rabs (e i - exp (x i)) <= E * ulp (exp (x i))) ->
  Rounding.computes u e t s ->
  Rabs (got - ln s) <= L * ulp (ln s) ->
  let h := Rounding.height t in
  let R := (1 + 2 * E * u) * (1 + u) ^ h - 1
           + INR n * E * eta * (1 + u) ^ h / sum n (fun i => exp (x i)) in
  let D := - ln (1 - R) in
  R < 1 ->
  Rabs (got - LSE n x) <= D + L * ulp (Rabs (LSE n x) + D)
  := Rounding.naive_bound.

Definition shifted_bound :
  forall ulp u eta E L n x m t a e s yl got,
  Rounding.is_ulp u eta ulp -> 0 <= u -> 0 <= eta -> 0 <= E -> 0 <= L -> Rounding.adds n t ->
  (m < n)%nat -> (forall i, (i < n)%nat -> x i <= x m) ->
  (forall i, (i < n)%nat -> Rabs (a i - (x i - x m)) <= u * Rabs (x i - x m)) ->
  (forall i, (i < n)%nat -> i <> m -> Rabs (e i - exp (a i)) <= E * ulp (exp (a i))) ->
  e m = 1 ->
  Rounding.computes u e t s ->
  Rabs (yl - ln s) <= L * ulp (ln s) ->
  Rabs (got - (x m + yl)) <= / 2 * ulp (x m + yl) ->
  let h := Rounding.height t in
  let w i := exp (x i - x m) in
  let R := (sum n (fun i => if Nat.eqb i m then (1 + u) ^ h - 1
                            else w i * (exp (u * (x m - x i)) * (1 + 2 * E * u) * (1 + u) ^ h - 1))
            + INR n * E * eta * (1 + u) ^ h) / sum n w in
  let D := - ln (1 - R) in
  let e1 := D + L * ulp (ln (sum n w) + D) in
  R < 1 ->
  Rabs (got - LSE n x) <= e1 + / 2 * ulp (Rabs (LSE n x) + e1)
  := Rounding.shifted_bound.

Definition value_far_tail :
  Rabs (ln (exp 0 + (exp (-40) + 0)) - 4.248354255291588986304977843631582181878e-18) <= 5e-58
  := Certified.value_far_tail.

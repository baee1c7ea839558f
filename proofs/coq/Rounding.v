(** * Rounding errors of the naive and the shifted algorithm, for any n and any summation tree

    Nothing of order u^2 is dropped.  The float model, in which [u] is 2^-p, [eta] the smallest
    subnormal and [ulp] the unit in the last place:
    - an addition (or subtraction) returns its exact result with relative error at most u;
    - exp is wrong by at most E ulp, log by at most L ulp of the exact value;
    - in the shifted algorithm exp(0) = 1 exactly, and the last addition is rounded to nearest.
    Nothing overflows: that is what having real numbers for the results means.  The model holds
    for the binary formats with gradual underflow: see [Floats.v]. *)

From Coq Require Import List Permutation.
From Coquelicot Require Import Coquelicot.
From LseVerify Require Import Basics Bounds Conjugate.
Import ListNotations.

(** ** Summation trees *)

Inductive tree : Set := Leaf (i : nat) | Node (l r : tree).

Fixpoint leaves (t : tree) : list nat :=
  match t with Leaf i => [i] | Node l r => leaves l ++ leaves r end.

(** The most additions on any path. *)
Fixpoint height (t : tree) : nat :=
  match t with Leaf _ => O | Node l r => S (Nat.max (height l) (height r)) end.

(** A tree that adds the entries 0 .. n-1, each once, in any order and bracketing. *)
Definition adds (n : nat) (t : tree) : Prop := Permutation (leaves t) (seq 0 n).

(** [computes u v t s]: adding the numbers v along t, every addition rounded, can give s. *)
Inductive computes (u : R) (v : nat -> R) : tree -> R -> Prop :=
| computes_leaf i : computes u v (Leaf i) (v i)
| computes_node l r a b s :
    computes u v l a -> computes u v r b -> Rabs (s - (a + b)) <= u * Rabs (a + b) ->
    computes u v (Node l r) s.

Definition total (l : list nat) (v : nat -> R) : R := fold_right Rplus 0 (map v l).

Lemma total_app l l' v : total (l ++ l') v = total l v + total l' v.
Proof. unfold total. induction l; simpl; [ring|]. rewrite IHl. ring. Qed.

Lemma total_permutation l l' v : Permutation l l' -> total l v = total l' v.
Proof. unfold total. induction 1; simpl; lra. Qed.

Lemma total_seq n v : total (seq 0 n) v = Sum n v.
Proof.
  induction n as [|n IH]; [reflexivity|]. rewrite seq_S, total_app, IH. unfold total. simpl. ring.
Qed.

Lemma total_abs l v : Rabs (total l v) <= total l (fun i => Rabs (v i)).
Proof.
  unfold total. induction l; simpl; [rewrite Rabs_R0; lra|].
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

(** The error of a sum is at most ((1+u)^h - 1) Σ|v|. *)
Lemma tree_error_leaves u v t s :
  0 <= u -> computes u v t s ->
  Rabs (s - total (leaves t) v)
    <= ((1 + u) ^ height t - 1) * total (leaves t) (fun i => Rabs (v i)).
Proof.
  intros Hu H. induction H as [i|l r a b s Ha IHa Hb IHb Hs]; simpl leaves; simpl height.
  - unfold total. simpl. rewrite !Rplus_0_r, Rminus_diag_eq, Rabs_R0 by reflexivity. lra.
  - rewrite !total_app. set (A := total (leaves l) v) in *. set (B := total (leaves r) v) in *.
    set (A' := total (leaves l) (fun i => Rabs (v i))) in *.
    set (B' := total (leaves r) (fun i => Rabs (v i))) in *.
    assert (HA : Rabs A <= A') by apply total_abs. assert (HB : Rabs B <= B') by apply total_abs.
    pose proof (Rabs_pos A). pose proof (Rabs_pos B).
    set (q := (1 + u) ^ Nat.max (height l) (height r)).
    assert (Ql : (1 + u) ^ height l <= q) by (apply Rle_pow; [lra|apply Nat.le_max_l]).
    assert (Qr : (1 + u) ^ height r <= q) by (apply Rle_pow; [lra|apply Nat.le_max_r]).
    assert (Ea : Rabs (a - A) <= (q - 1) * A').
    { eapply Rle_trans; [exact IHa|]. apply Rmult_le_compat_r; lra. }
    assert (Eb : Rabs (b - B) <= (q - 1) * B').
    { eapply Rle_trans; [exact IHb|]. apply Rmult_le_compat_r; lra. }
    assert (Hab : Rabs (a + b) <= q * (A' + B')).
    { replace (a + b) with ((a - A) + (b - B) + (A + B)) by ring.
      eapply Rle_trans; [apply Rabs_triang|].
      pose proof (Rabs_triang (a - A) (b - B)). pose proof (Rabs_triang A B). lra. }
    replace (s - (A + B)) with ((s - (a + b)) + ((a - A) + (b - B))) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. pose proof (Rabs_triang (a - A) (b - B)).
    assert (u * Rabs (a + b) <= u * (q * (A' + B'))) by (apply Rmult_le_compat_l; assumption).
    simpl pow. fold q. lra.
Qed.

Theorem tree_error u n v t s :
  0 <= u -> adds n t -> computes u v t s ->
  Rabs (s - Sum n v) <= ((1 + u) ^ height t - 1) * \sum_(i < n) Rabs (v i).
Proof.
  intros Hu Ht H. pose proof (tree_error_leaves u v t s Hu H) as E.
  now rewrite !(total_permutation _ _ _ Ht), !total_seq in E.
Qed.

(** In sequence the height is n - 1; in pairs it can be ⌈log2 n⌉. *)
Fixpoint in_sequence (k : nat) : tree :=
  match k with O => Leaf O | S j => Node (in_sequence j) (Leaf k) end.

Theorem height_in_sequence n :
  (0 < n)%nat -> adds n (in_sequence (n - 1)) /\ height (in_sequence (n - 1)) = (n - 1)%nat.
Proof.
  destruct n as [|k]; intros Hn; [lia|]. replace (S k - 1)%nat with k by lia.
  clear Hn. induction k as [|k [IH1 IH2]]; [split; constructor; constructor|]. split.
  - unfold adds in *. rewrite seq_S. simpl leaves. now apply Permutation_app_tail.
  - simpl. rewrite IH2, Nat.max_0_r. reflexivity.
Qed.

Theorem height_pairwise n :
  (0 < n)%nat -> exists t, adds n t /\ (height t <= Nat.log2_up n)%nat.
Proof.
  intros Hn. unfold adds.
  assert (G : forall h m lo, (0 < m <= 2 ^ h)%nat ->
            exists t, Permutation (leaves t) (seq lo m) /\ (height t <= h)%nat).
  { induction h as [|h IH]; intros m lo Hm.
    - exists (Leaf lo). replace m with 1%nat by (simpl in Hm; lia). now split.
    - destruct (Nat.eq_dec m 1) as [->|H1]; [exists (Leaf lo); split; simpl; auto; lia|].
      set (a := Nat.min (m - 1) (2 ^ h)).
      assert (Hp : (2 ^ S h = 2 ^ h + 2 ^ h)%nat) by (simpl; lia).
      assert (0 < 2 ^ h)%nat by (apply Nat.neq_0_lt_0, Nat.pow_nonzero; lia).
      destruct (IH a lo) as [l [Pl Hl]]; [lia|].
      destruct (IH (m - a)%nat (lo + a)%nat) as [r [Pr Hr]]; [lia|].
      exists (Node l r). split; [|simpl; lia]. simpl.
      replace m with (a + (m - a))%nat at 1 by lia. rewrite seq_app. now apply Permutation_app. }
  apply G. split; [assumption|]. destruct (Nat.eq_dec n 1) as [->|H1]; [simpl; lia|].
  apply Nat.log2_up_spec. lia.
Qed.

(** ** From a relative error of the sum to an absolute error of its logarithm *)

Lemma log_error s S r :
  0 < S -> Rabs (s - S) <= r * S -> r < 1 -> 0 < s /\ Rabs (ln s - ln S) <= - ln (1 - r).
Proof.
  intros HS H Hr. apply Rabs_le_between in H.
  assert (0 <= r) by nra. assert (Hs : 0 < s) by nra. split; [assumption|].
  assert (Hlo : (1 - r) * S <= s) by lra. assert (Hhi : s <= (1 + r) * S) by lra.
  assert (Hr0 : 0 < (1 - r) * S) by (apply Rmult_lt_0_compat; lra).
  apply Rcomplements.ln_le in Hlo; [|assumption]. apply Rcomplements.ln_le in Hhi; [|assumption].
  rewrite ln_mult in Hlo, Hhi by lra.
  assert (ln (1 + r) + ln (1 - r) <= 0).
  { rewrite <- ln_mult, <- ln_1 by lra. apply Rcomplements.ln_le; nra. }
  apply Rabs_le. lra.
Qed.

(** What is assumed of [ulp]: it grows with the magnitude, and is at most 2u|r| for normal
    numbers and eta below them. *)
Definition is_ulp (u eta : R) (ulp : R -> R) : Prop :=
  (forall r s, Rabs r <= Rabs s -> ulp r <= ulp s) /\
  (forall r, ulp r <= 2 * u * Rabs r + eta).

(** The two last steps, common to both algorithms. *)
Lemma log_rounded ulp u eta L s S r yl :
  is_ulp u eta ulp -> 0 <= L -> 0 < S -> Rabs (s - S) <= r * S -> r < 1 ->
  Rabs (yl - ln s) <= L * ulp (ln s) ->
  Rabs (yl - ln S) <= - ln (1 - r) + L * ulp (Rabs (ln S) + - ln (1 - r)).
Proof.
  intros [Hmono _] HL HS He Hr Hyl. destruct (log_error s S r HS He Hr) as [Hs Hln].
  replace (yl - ln S) with ((ln s - ln S) + (yl - ln s)) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat; [assumption|].
  eapply Rle_trans; [exact Hyl|]. apply Rmult_le_compat_l; [assumption|]. apply Hmono.
  pose proof (Rabs_pos (ln S)). pose proof (Rabs_pos (ln s - ln S)).
  rewrite (Rabs_pos_eq (Rabs (ln S) + _)) by lra.
  replace (ln s) with (ln S + (ln s - ln S)) at 1 by ring.
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

(** ** rounding.naive: log(Σ exp x) *)

Definition naive_R (n : nat) (x : nat -> R) (u eta E : R) (h : nat) : R :=
  (1 + 2 * E * u) * (1 + u) ^ h - 1 + INR n * E * eta * (1 + u) ^ h / sumexp n x.

Theorem naive_bound ulp u eta E L n x t (e : nat -> R) s got :
  is_ulp u eta ulp -> 0 <= u -> 0 <= E -> 0 <= L -> (0 < n)%nat -> adds n t ->
  (forall i, (i < n)%nat -> Rabs (e i - exp (x i)) <= E * ulp (exp (x i))) ->
  computes u e t s ->
  Rabs (got - ln s) <= L * ulp (ln s) ->
  let r := naive_R n x u eta E (height t) in
  let d := - ln (1 - r) in
  r < 1 ->
  Rabs (got - LSE n x) <= d + L * ulp (Rabs (LSE n x) + d).
Proof.
  intros Hulp Hu HE HL Hn Ht He Hs Hgot r d Hr. pose proof (sumexp_pos n x Hn) as HS.
  apply (log_rounded ulp u eta L s (sumexp n x) r); auto.
  assert (Hq : 1 <= (1 + u) ^ height t) by (apply pow_R1_Rle; lra).
  assert (E1 : forall i, (i < n)%nat ->
            Rabs (e i - exp (x i)) <= 2 * E * u * exp (x i) + E * eta).
  { intros i Hi. eapply Rle_trans; [now apply He|]. pose proof (proj2 Hulp (exp (x i))) as U.
    rewrite (Rabs_pos_eq (exp (x i))) in U by apply Rlt_le, exp_pos.
    apply (Rmult_le_compat_l E) in U; [lra|assumption]. }
  assert (D1 : Rabs (Sum n e - sumexp n x) <= 2 * E * u * sumexp n x + INR n * E * eta).
  { unfold sumexp. rewrite <- Sum_minus. eapply Rle_trans; [apply Sum_abs|].
    rewrite <- Sum_scal, (Rmult_assoc (INR n)), <- Sum_const, <- Sum_plus. now apply Sum_le. }
  assert (D2 : \sum_(i < n) Rabs (e i) <= (1 + 2 * E * u) * sumexp n x + INR n * E * eta).
  { unfold sumexp. rewrite <- Sum_scal, (Rmult_assoc (INR n)), <- Sum_const, <- Sum_plus.
    apply Sum_le. intros i Hi. replace (e i) with (exp (x i) + (e i - exp (x i))) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. pose proof (E1 i Hi).
    rewrite (Rabs_pos_eq (exp (x i))) by apply Rlt_le, exp_pos. lra. }
  pose proof (tree_error u n e t s Hu Ht Hs) as D3.
  apply (Rmult_le_compat_l ((1 + u) ^ height t - 1)) in D2; [|lra].
  replace (s - sumexp n x) with ((s - Sum n e) + (Sum n e - sumexp n x)) by ring.
  eapply Rle_trans; [apply Rabs_triang|].
  unfold r, naive_R. rewrite Rmult_plus_distr_r.
  replace (INR n * E * eta * (1 + u) ^ height t / sumexp n x * sumexp n x)
    with (INR n * E * eta * (1 + u) ^ height t) by (field; lra).
  lra.
Qed.

(** ** rounding.shifted: m + log(Σ exp(x - m)) with m = x_k the maximum

    If several entries equal the maximum, one of them, k, stands apart. *)

Definition shifted_weight (x : nat -> R) (k i : nat) : R := exp (x i - x k).

(** One term of the error: that of entry k is the summation's alone. *)
Definition shifted_term (x : nat -> R) (k : nat) (u E : R) (h i : nat) : R :=
  if Nat.eqb i k then (1 + u) ^ h - 1
  else shifted_weight x k i * (exp (u * (x k - x i)) * (1 + 2 * E * u) * (1 + u) ^ h - 1).

Definition shifted_R (n : nat) (x : nat -> R) (k : nat) (u eta E : R) (h : nat) : R :=
  (\sum_(i < n) (shifted_term x k u E h i) + INR n * E * eta * (1 + u) ^ h)
    / Sum n (shifted_weight x k).

Lemma shifted_exponential ulp u eta E x k i a e :
  is_ulp u eta ulp -> 0 <= u -> 0 <= E -> x i <= x k ->
  Rabs (a - (x i - x k)) <= u * Rabs (x i - x k) ->
  Rabs (e - exp a) <= E * ulp (exp a) ->
  let w := shifted_weight x k i in
  let grown := w * (exp (u * (x k - x i)) * (1 + 2 * E * u)) in
  Rabs (e - w) <= grown - w + E * eta /\ Rabs e <= grown + E * eta.
Proof.
  intros Hulp Hu HE Hmax Ha He w grown.
  set (d := x k - x i) in *. assert (Hd : 0 <= d) by (unfold d; lra).
  assert (Hw : 0 < w) by apply exp_pos.
  replace (x i - x k) with (- d) in Ha by (unfold d; ring).
  rewrite Rabs_Ropp, (Rabs_pos_eq d Hd) in Ha. apply Rabs_le_between in Ha.
  assert (Ew : w = exp (- d)) by (unfold w, shifted_weight, d; f_equal; ring).
  assert (Hup : exp a <= w * exp (u * d))
    by (rewrite Ew, <- exp_plus; apply exp_le; lra).
  assert (Hdown : w * exp (- (u * d)) <= exp a)
    by (rewrite Ew, <- exp_plus; apply exp_le; lra).
  (* e^-t >= 2 - e^t: the error downwards is no larger than the error upwards *)
  assert (Hsym : 2 - exp (u * d) <= exp (- (u * d))).
  { pose proof (exp_tangent (u * d)). pose proof (exp_tangent (- (u * d))).
    pose proof (exp_plus (u * d) (- (u * d))) as P.
    replace (u * d + - (u * d)) with 0 in P by ring. rewrite exp_0 in P.
    pose proof (exp_pos (u * d)). nra. }
  assert (Hwa : Rabs (exp a - w) <= w * exp (u * d) - w) by (apply Rabs_le; nra).
  pose proof (proj2 Hulp (exp a)) as U. pose proof (exp_pos a).
  rewrite (Rabs_pos_eq (exp a)) in U by lra.
  apply (Rmult_le_compat_l E) in U; [|assumption].
  assert (0 <= 2 * E * u) by (apply Rmult_le_pos; lra).
  assert (Hea : Rabs (e - exp a) <= 2 * E * u * (w * exp (u * d)) + E * eta).
  { apply (Rmult_le_compat_l (2 * E * u)) in Hup; [|assumption]. lra. }
  assert (Hew : Rabs (e - w) <= grown - w + E * eta).
  { replace (e - w) with ((e - exp a) + (exp a - w)) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. unfold grown. lra. }
  split; [assumption|]. replace e with (w + (e - w)) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. rewrite (Rabs_pos_eq w) by lra. lra.
Qed.

Theorem shifted_bound ulp u eta E L n x k t (a e : nat -> R) s yl got :
  is_ulp u eta ulp -> 0 <= u -> 0 <= eta -> 0 <= E -> 0 <= L -> adds n t ->
  (k < n)%nat -> (forall i, (i < n)%nat -> x i <= x k) ->
  (forall i, (i < n)%nat -> Rabs (a i - (x i - x k)) <= u * Rabs (x i - x k)) ->
  (forall i, (i < n)%nat -> i <> k -> Rabs (e i - exp (a i)) <= E * ulp (exp (a i))) ->
  e k = 1 ->
  computes u e t s ->
  Rabs (yl - ln s) <= L * ulp (ln s) ->
  Rabs (got - (x k + yl)) <= / 2 * ulp (x k + yl) ->
  let r := shifted_R n x k u eta E (height t) in
  let d := - ln (1 - r) in
  let y := LSE n x in
  let e1 := d + L * ulp (ln (Sum n (shifted_weight x k)) + d) in
  r < 1 ->
  Rabs (got - y) <= e1 + / 2 * ulp (Rabs y + e1).
Proof.
  intros Hulp Hu Heta HE HL Ht Hk Hmax Ha He Hek Hs Hyl Hgot r d y e1 Hr.
  assert (Hn : (0 < n)%nat) by lia. set (S := Sum n (shifted_weight x k)) in *.
  assert (HS1 : 1 <= S).
  { replace 1 with (shifted_weight x k k)
      by (unfold shifted_weight; rewrite Rminus_diag_eq, exp_0; reflexivity).
    apply Sum_term_le; auto. intros. apply Rlt_le, exp_pos. }
  assert (Hy : y = x k + ln S).
  { unfold y. now rewrite (trick n x (x k)). }
  assert (HlnS : 0 <= ln S) by (rewrite <- ln_1; apply Rcomplements.ln_le; lra).
  assert (Hq : 1 <= (1 + u) ^ height t) by (apply pow_R1_Rle; lra).
  set (q := (1 + u) ^ height t) in *.
  (* every rounded exponential, entry k included *)
  set (grown := fun i => if Nat.eqb i k then 1
                         else shifted_weight x k i * (exp (u * (x k - x i)) * (1 + 2 * E * u))).
  assert (Hterm : forall i, (i < n)%nat ->
    Rabs (e i - shifted_weight x k i) <= grown i - shifted_weight x k i + E * eta /\
    Rabs (e i) <= grown i + E * eta).
  { intros i Hi. unfold grown. destruct (Nat.eqb_spec i k) as [->|Hik].
    - rewrite Hek. unfold shifted_weight.
      rewrite (Rminus_diag_eq (x k) (x k)), exp_0 by reflexivity.
      rewrite Rminus_diag_eq, Rabs_R0, Rabs_R1 by reflexivity.
      pose proof (Rmult_le_pos E eta HE Heta). lra.
    - apply (shifted_exponential ulp u eta E x k i (a i)); auto. }
  assert (D1 : Rabs (Sum n e - S) <= Sum n grown - S + INR n * (E * eta)).
  { unfold S. rewrite <- Sum_minus. eapply Rle_trans; [apply Sum_abs|].
    rewrite <- Sum_const, <- Sum_minus, <- Sum_plus. apply Sum_le. intros. now apply Hterm. }
  assert (D2 : \sum_(i < n) Rabs (e i) <= Sum n grown + INR n * (E * eta)).
  { rewrite <- Sum_const, <- Sum_plus. apply Sum_le. intros. now apply Hterm. }
  pose proof (tree_error u n e t s Hu Ht Hs) as D3. fold q in D3.
  apply (Rmult_le_compat_l (q - 1)) in D2; [|lra].
  assert (HR : r * S = q * Sum n grown - S + INR n * E * eta * q).
  { unfold r, shifted_R. fold S. fold q.
    replace (\sum_(i < n) shifted_term x k u E (height t) i) with (q * Sum n grown - S).
    - field. lra.
    - unfold S. rewrite <- Sum_scal, <- Sum_minus. apply Sum_ext. intros i _.
      unfold grown, shifted_term. fold q. destruct (Nat.eqb_spec i k) as [->|]; [|ring].
      unfold shifted_weight. rewrite (Rminus_diag_eq (x k) (x k)), exp_0 by reflexivity. ring. }
  assert (Hsum : Rabs (s - S) <= r * S).
  { rewrite HR. replace (s - S) with ((s - Sum n e) + (Sum n e - S)) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. lra. }
  assert (E1 : Rabs (yl - ln S) <= e1).
  { unfold e1. rewrite <- (Rabs_pos_eq (ln S)) at 2 by assumption.
    apply (log_rounded ulp u eta L s S r); auto; lra. }
  replace (got - y) with ((x k + yl - y) + (got - (x k + yl))) by ring.
  assert (E2 : Rabs (x k + yl - y) <= e1)
    by (rewrite Hy; now replace (x k + yl - (x k + ln S)) with (yl - ln S) by ring).
  eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat; [assumption|].
  eapply Rle_trans; [exact Hgot|]. apply Rmult_le_compat_l; [lra|]. apply (proj1 Hulp).
  pose proof (Rabs_pos y). pose proof (Rabs_pos (x k + yl - y)).
  rewrite (Rabs_pos_eq (Rabs y + e1)) by lra.
  replace (x k + yl) with (y + (x k + yl - y)) at 1 by ring.
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

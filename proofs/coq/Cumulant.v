(** * LSE0+ is the cumulant (log-partition) function of the binomial and the multinomial

    With N trials and natural parameter theta the logarithm of the normalising sum is
    N LSE0+(theta), and the cumulant-generating function of the counts is
    u |-> N (LSE0+(theta + u) - LSE0+(theta)). *)

From Coq Require Import List FinFun.
From LseVerify Require Import Basics Bounds Conjugate StrictlyConvex.
Import ListNotations.

(** ** lse0.binomial *)

Definition softplus (t : R) : R := LSE0 1 (fun _ => t).

Lemma softplus_formula t : softplus t = ln (1 + exp t).
Proof. unfold softplus. rewrite lse0_formula. simpl. now rewrite Rplus_0_l. Qed.

Lemma exp_INR k a : exp (INR k * a) = exp a ^ k.
Proof.
  induction k as [|k IH]; [simpl; now rewrite Rmult_0_l, exp_0|].
  rewrite S_INR, Rmult_plus_distr_r, Rmult_1_l, exp_plus, IH. simpl. ring.
Qed.

Lemma ln_pow a N : 0 < a -> ln (a ^ N) = INR N * ln a.
Proof.
  intros Ha. rewrite <- (exp_ln a Ha) at 1. now rewrite <- exp_INR, ln_exp.
Qed.

Lemma binomial_sum a b N : \sum_(k < S N) (C N k * a ^ k * b ^ (N - k)) = (a + b) ^ N.
Proof.
  rewrite binomial. assert (G : forall f m, Sum (S m) f = sum_f_R0 f m).
  { intros f m. induction m as [|m IH]; [simpl; ring|]. simpl in *. now rewrite IH. }
  apply G.
Qed.

(** The probability of k successes in N trials, with success probability e^t / (1 + e^t). *)
Definition binomial_probability (N : nat) (t : R) (k : nat) : R :=
  C N k * (exp t / (1 + exp t)) ^ k * (1 / (1 + exp t)) ^ (N - k).

Theorem lse0_binomial N t :
  ln (\sum_(k < S N) (C N k * exp (INR k * t))) = INR N * softplus t.
Proof.
  rewrite softplus_formula. pose proof (exp_pos t). rewrite <- ln_pow by lra. f_equal.
  rewrite Rplus_comm, <- binomial_sum. apply Sum_ext. intros k _.
  rewrite pow1, exp_INR. ring.
Qed.

Theorem lse0_binomial_cumulant N t u :
  ln (\sum_(k < S N) (binomial_probability N t k * exp (INR k * u)))
    = INR N * (softplus (t + u) - softplus t).
Proof.
  rewrite !softplus_formula. pose proof (exp_pos t). pose proof (exp_pos (t + u)).
  rewrite (Sum_ext (S N) _ (fun k => C N k * (exp (t + u) / (1 + exp t)) ^ k
                                     * (1 / (1 + exp t)) ^ (N - k))).
  - rewrite binomial_sum.
    replace (exp (t + u) / (1 + exp t) + 1 / (1 + exp t))
      with ((1 + exp (t + u)) * / (1 + exp t)) by (field; lra).
    assert (0 < / (1 + exp t)) by (apply Rinv_0_lt_compat; lra).
    rewrite ln_pow by (apply Rmult_lt_0_compat; lra).
    rewrite ln_mult, ln_Rinv by lra. ring.
  - intros k _. unfold binomial_probability. rewrite exp_INR, exp_plus.
    replace (exp t * exp u / (1 + exp t)) with (exp t / (1 + exp t) * exp u) by (field; lra).
    rewrite Rpow_mult_distr. ring.
Qed.

(** The probabilities sum to 1: it is a distribution. *)
Theorem binomial_probability_sum N t : \sum_(k < S N) binomial_probability N t k = 1.
Proof.
  pose proof (exp_pos t). unfold binomial_probability. rewrite binomial_sum.
  replace (exp t / (1 + exp t) + 1 / (1 + exp t)) with 1 by (field; lra). apply pow1.
Qed.

(** ** lse0.multinomial *)

(** All ways to split N trials among n outcomes, as lists of n counts. *)
Fixpoint counts (n N : nat) : list (list nat) :=
  match n with
  | O => match N with O => [[]] | S _ => [] end
  | S m => flat_map (fun k => map (fun ks => k :: ks) (counts m (N - k))) (seq 0 (S N))
  end.

Fixpoint product_of_factorials (ks : list nat) : R :=
  match ks with [] => 1 | k :: ks => INR (fact k) * product_of_factorials ks end.

(** Π p_i^(k_i) and Σ k_i x_i *)
Fixpoint monomial (ks : list nat) (p : nat -> R) : R :=
  match ks with [] => 1 | k :: ks => p O ^ k * monomial ks (fun i => p (S i)) end.

Fixpoint pairing (ks : list nat) (x : nat -> R) : R :=
  match ks with [] => 0 | k :: ks => INR k * x O + pairing ks (fun i => x (S i)) end.

Definition multinomial_coefficient (N : nat) (ks : list nat) : R :=
  INR (fact N) / product_of_factorials ks.

Definition over {A} (l : list A) (f : A -> R) : R := fold_right (fun a s => f a + s) 0 l.

Lemma counts_succ n N :
  counts (S n) N
    = flat_map (fun k => map (fun ks => k :: ks) (counts n (N - k))) (seq 0 (S N)).
Proof. reflexivity. Qed.

(** [counts n N] holds exactly the lists of n counts with sum N, each once. *)
Theorem counts_spec n N ks : In ks (counts n N) <-> length ks = n /\ list_sum ks = N.
Proof.
  revert N ks. induction n as [|n IH]; intros N ks.
  - destruct N; simpl; split.
    + intros [<-|[]]. auto.
    + intros [H _]. left. destruct ks; [reflexivity|discriminate].
    + intros [].
    + intros [H1 H2]. destruct ks; discriminate.
  - rewrite counts_succ, in_flat_map. split.
    + intros [k [Hk H]]. apply in_map_iff in H as [l [<- Hl]]. apply IH in Hl as [H1 H2].
      apply in_seq in Hk. simpl. lia.
    + intros [H1 H2]. destruct ks as [|k l]; [discriminate|]. simpl in H1, H2. exists k.
      split; [apply in_seq; lia|]. apply in_map, IH. lia.
Qed.

Lemma NoDup_append {A} (l m : list A) :
  NoDup l -> NoDup m -> (forall a, In a l -> ~ In a m) -> NoDup (l ++ m).
Proof.
  induction 1 as [|a l Ha Hl IH]; intros Hm Hd; simpl; [assumption|].
  constructor.
  - rewrite in_app_iff. intros [H|H]; [contradiction|]. apply (Hd a); [now left|assumption].
  - apply IH; [assumption|]. intros b Hb. apply Hd. now right.
Qed.

Theorem counts_once n N : NoDup (counts n N).
Proof.
  revert N. induction n as [|n IH]; intros N.
  { destruct N; simpl; repeat constructor; auto. }
  rewrite counts_succ. generalize (seq_NoDup (S N) 0). generalize (seq 0 (S N)). intros l Hl.
  induction Hl as [|k l Hk Hl IHl]; simpl; [constructor|].
  apply NoDup_append; [|exact IHl|].
  - apply Injective_map_NoDup; [|apply IH]. intros a b E. congruence.
  - intros a Ha Hb. apply in_map_iff in Ha as [b [<- _]].
    apply in_flat_map in Hb as [j [Hj Hb]]. apply in_map_iff in Hb as [b' [E _]].
    injection E as -> _. contradiction.
Qed.

Lemma over_app {A} (l m : list A) f : over (l ++ m) f = over l f + over m f.
Proof. unfold over. induction l; simpl; [ring|]. rewrite IHl. ring. Qed.

Lemma over_scal {A} (l : list A) c f : over l (fun a => c * f a) = c * over l f.
Proof. unfold over. induction l; simpl; [ring|]. rewrite IHl. ring. Qed.

Lemma over_map {A B} (g : A -> B) l f : over (map g l) f = over l (fun a => f (g a)).
Proof. unfold over. induction l; simpl; [ring|]. now rewrite IHl. Qed.

Lemma over_ext {A} (l : list A) f g : (forall a, f a = g a) -> over l f = over l g.
Proof. intros H. unfold over. induction l; simpl; [ring|]. now rewrite IHl, H. Qed.

Lemma over_flat_map_seq {A} (g : nat -> list A) m f :
  over (flat_map g (seq 0 m)) f = \sum_(k < m) over (g k) f.
Proof.
  induction m as [|m IH]; [reflexivity|].
  rewrite seq_S, flat_map_app, over_app, IH. simpl. now rewrite app_nil_r.
Qed.

(** The multinomial theorem. *)
Theorem multinomial_sum n N a :
  over (counts n N) (fun ks => multinomial_coefficient N ks * monomial ks a) = Sum n a ^ N.
Proof.
  revert N a. induction n as [|n IH]; intros N a.
  { unfold multinomial_coefficient. destruct N; unfold over; simpl; [field|ring]. }
  rewrite counts_succ, over_flat_map_seq, (Sum_first n a), <- binomial_sum.
  apply Sum_ext. intros k Hk. rewrite over_map, <- (IH (N - k)%nat), <- over_scal. apply over_ext. intros ks.
  unfold multinomial_coefficient, C. simpl.
  assert (P : product_of_factorials ks <> 0).
  { clear. induction ks; simpl; [lra|]. apply Rmult_integral_contrapositive.
    split; [apply INR_fact_neq_0|assumption]. }
  field. repeat split; auto using INR_fact_neq_0.
Qed.

Lemma monomial_exp ks x : monomial ks (fun i => exp (x i)) = exp (pairing ks x).
Proof.
  revert x. induction ks as [|k ks IH]; intros x; simpl; [now rewrite exp_0|].
  rewrite (IH (fun i => x (S i))), exp_plus, exp_INR. reflexivity.
Qed.

Lemma monomial_mult ks a b : monomial ks a * monomial ks b = monomial ks (fun i => a i * b i).
Proof.
  revert a b. induction ks as [|k ks IH]; intros a b; simpl; [ring|].
  rewrite <- (IH (fun i => a (S i))), Rpow_mult_distr. ring.
Qed.

(** The log-partition function: outcome 0 has parameter 0, outcomes 1 .. n have x. *)
Theorem lse0_multinomial n N x :
  ln (over (counts (S n) N)
        (fun ks => multinomial_coefficient N ks * exp (pairing ks (cons 0 x))))
    = INR N * LSE0 n x.
Proof.
  rewrite (over_ext _ _ (fun ks =>
    multinomial_coefficient N ks * monomial ks (fun i => exp (cons 0 x i))))
    by (intros; now rewrite monomial_exp).
  rewrite multinomial_sum. apply ln_pow, (sumexp_pos (S n) (cons 0 x)). lia.
Qed.

(** The probability of the counts ks in N trials of the categorical distribution of x. *)
Definition multinomial_probability (n N : nat) (x : nat -> R) (ks : list nat) : R :=
  multinomial_coefficient N ks * monomial ks (categorical n x).

Theorem lse0_multinomial_cumulant n N x v :
  ln (over (counts (S n) N)
        (fun ks => multinomial_probability n N x ks * exp (pairing ks (cons 0 v))))
    = INR N * (LSE0 n (fun i => x i + v i) - LSE0 n x).
Proof.
  assert (HS : (0 < S n)%nat) by lia.
  rewrite (over_ext _ _ (fun ks => multinomial_coefficient N ks *
    monomial ks (fun i => categorical n x i * exp (cons 0 v i)))).
  - rewrite multinomial_sum.
    rewrite (Sum_ext (S n) _ (fun i => exp (cons 0 (fun i => x i + v i) i - LSE0 n x))).
    + rewrite ln_pow by (apply Sum_pos; auto using exp_pos). f_equal.
      change (ln _) with (LSE (S n) (fun i => cons 0 (fun i => x i + v i) i - LSE0 n x)).
      pose proof (trick (S n) (cons 0 (fun i => x i + v i)) (LSE0 n x) HS) as T.
      change (LSE (S n) (cons 0 (fun i => x i + v i))) with (LSE0 n (fun i => x i + v i)) in T.
      lra.
    + intros i _. unfold categorical. rewrite softmax_alt, <- exp_plus by assumption.
      f_equal. unfold LSE0. destruct i; simpl; ring.
  - intros ks. unfold multinomial_probability. rewrite <- monomial_exp, <- monomial_mult. ring.
Qed.

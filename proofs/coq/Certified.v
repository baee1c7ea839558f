(** * Values of LSE, enclosed by [interval]

    The inputs are floats, in hexadecimal where they are no short decimals, hence exact; the
    output is right to the last decimal shown: the error is at most half a unit of it.
    [interval] computes inside Coq with integers of any length, built on the machine integers
    that Coq takes as primitive; the theorems on any n do not need these.

    Most inputs are rows of the table of truth cases that the oracles are tested against. *)

From Coq Require Import List.
From Interval Require Import Tactic.
From LseVerify Require Import Basics.
Import ListNotations.

Ltac certify bits := unfold LSE_list; cbn [map fold_right]; interval with (i_prec bits).

(** Binary64 code that adds 1 and e^-40 first returns 0. *)
Theorem value_far_tail :
  Rabs (LSE_list [0; -40]
        - 4.248354255291588986304977843631582181878e-18)
    <= 5e-58.
Proof. certify 253%positive. Qed.

(** The same to 300 digits. *)
Theorem value_far_tail_300_digits :
  Rabs (LSE_list [0; -40]
        - 4.24835425529158898630497784363158218187775067982297454220545137545878392397460288130705275622631435874195431774925164892034705745439895566547622052105240992346247332137605655256063846979790354450914568909271648559289693455711904243633772753333312427006156076777990747589042741046360609455018055409013e-18)
    <= 5e-318.
Proof. certify 1118%positive. Qed.

(** 433 bits are needed to tell this from 0. *)
Theorem value_farther_tail :
  Rabs (LSE_list [0; -300]
        - 5.148200222412013781154861921067130998135e-131)
    <= 5e-171.
Proof. certify 629%positive. Qed.

(** Max and log Σ exp(x - max) cancel to 16 digits. *)
Theorem value_cancellation :
  Rabs (LSE_list [-0x1.999999999999ap-4; -0x1.2d13db2b6efa8p+1]
        - 3.508453175749642375821972072338432323532e-18)
    <= 5e-58.
Proof. certify 253%positive. Qed.

(** Two entries whose exponentials sum to nearly 1. *)
Theorem value_two_cancelling :
  Rabs (LSE_list [-0x1.ab6f8bd8cf06dp-1; -0x1.235c91c3e2fb8p-1]
        - (-2.445246785436948808845624332818393213191e-17))
    <= 5e-57.
Proof. certify 249%positive. Qed.

(** Three equal entries near -log 3. *)
Theorem value_three_equal :
  Rabs (LSE_list [-0x1.193ea7aad030b; -0x1.193ea7aad030b; -0x1.193ea7aad030b]
        - (-9.071297235001530042216639799198193804827e-17))
    <= 5e-57.
Proof. certify 249%positive. Qed.

(** Seven equal entries near -log 7. *)
Theorem value_seven_equal :
  Rabs (LSE_list [-0x1.f2272ae325a57; -0x1.f2272ae325a57; -0x1.f2272ae325a57;
    -0x1.f2272ae325a57; -0x1.f2272ae325a57; -0x1.f2272ae325a57; -0x1.f2272ae325a57]
        - 7.323586207904907301371949744930842368846e-17)
    <= 5e-57.
Proof. certify 249%positive. Qed.

(** Three neighbouring floats. *)
Theorem value_three_neighbours :
  Rabs (LSE_list [-0x1.039898700917c; -0x1.039898700917b; -0x1.039898700917d]
        - 8.456511673930191352101893338423459168041e-2)
    <= 5e-42.
Proof. certify 199%positive. Qed.

(** Five entries of ordinary size. *)
Theorem value_five :
  Rabs (LSE_list [-0x1.bb949233fd50c; 0x1.3b748f8a34bc2p-1; -0x1.0b61b58acc1a3p-1;
    -0x1.1ddbae0d5466cp-2; 0x1.f52dc043f9af6p-4]
        - 1.505922675131528502167713259091402268180)
    <= 5e-40.
Proof. certify 193%positive. Qed.

(** One exponential beyond the range of binary64. *)
Theorem value_spread :
  Rabs (LSE_list [-0x1.160bae4687c6dp+4; 0x1.62de41dff1bc2p+9; -0x1.9fc0529a25b79p+6;
    0x1.62ef54c01da26p+9]
        - 7.104984492051919491353251384008404522367e+2)
    <= 5e-38.
Proof. certify 193%positive. Qed.

(** Below the range of binary32. *)
Theorem value_small :
  Rabs (LSE_list [0; -0x1.e8070fecbac7bp+7]
        - 1.062077065274433783884762428098803247834e-106)
    <= 5e-146.
Proof. certify 546%positive. Qed.

using System;
using SafePolicyExample;

// A car comes up to another one that stands still. What the build has proven of Policy holds at every step: see the class's documentation.
const float Step = 0.25f;
(float gap, float speed) = (95, 22);
float[] situation = new float[Policy.SituationLength];
float[] acceleration = new float[Policy.AccelerationLength];
for (float time = 0; speed > 0.5f && gap > 0; time += Step)
{
    (situation[0], situation[1], situation[2]) = (gap, speed, Math.Min(speed, 20));
    Policy.Predict(situation, acceleration);
    if (time % 1 == 0) Console.WriteLine(FormattableString.Invariant($"{time,4:F1} s: {gap,5:F1} m, {speed,4:F1} m/s, {acceleration[0],5:F2} m/s2"));
    speed = Math.Max(0, speed + (acceleration[0] * Step));
    gap -= speed * Step;
}

Console.WriteLine(FormattableString.Invariant($"stands {gap:F1} m behind it"));

using System;

namespace RedGen.Compiler.Verify.Bounds;

/// <summary>One step of Adam (Kingma and Ba 2015), whose length shrinks from step to step.</summary>
/// <param name="Rate">The step's length, the mean's bias corrected.</param>
/// <param name="SquareFactor">The correction of the squares' bias.</param>
internal readonly record struct AdamStep(double Rate, double SquareFactor)
{
    /// <summary>What the mean of derivatives keeps in a step.</summary>
    public const double MeanDecay = 0.9;

    /// <summary>What the mean of their squares keeps.</summary>
    public const double SquareDecay = 0.999;

    /// <summary>Keeps a quotient of zeros from being no number.</summary>
    public const double Tiny = 1e-30;

    /// <summary>Step k, from 0.</summary>
    /// <param name="k">The number of steps before.</param>
    /// <param name="length">The length of the first.</param>
    /// <param name="decay">What is left of the length from step to step.</param>
    public static AdamStep At(int k, double length, double decay)
        => new(length * Math.Pow(decay, k) / (1 - Math.Pow(MeanDecay, k + 1)), 1 / (1 - Math.Pow(SquareDecay, k + 1)));
}

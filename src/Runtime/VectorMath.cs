#nullable enable
using System.Numerics;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Functions of a vector of floats. The errors stated are the largest seen over sweeps of the whole
/// range against double, in units in the last place (ULP) of the exact result. The same input gives the same result in every lane.
/// </summary>
public static class VectorMath
{
    /// <summary>
    /// e^x within 1.5 ULP. Above 88.72 infinity, below −103.98 zero, denormal results rounded once more; NaN gives NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Exp(Vector<float> x) => LaneMath.Exp(new VectorLanes(x)).Value;

    /// <summary>
    /// e^x − 1 within 4 ULP, small x included. NaN gives NaN; infinity where <see cref="Exp"/> has it; −1 far below zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> ExpMinusOne(Vector<float> x) => LaneMath.ExpMinusOne(new VectorLanes(x)).Value;

    /// <summary>
    /// The natural logarithm within 1.5 ULP, denormals included. Zero gives −∞, below zero NaN, +∞ itself, NaN NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Log(Vector<float> x) => LaneMath.Log(new VectorLanes(x)).Value;

    /// <summary>ln(1 + x) within 4 ULP, small x included. −1 gives −∞, below it NaN, +∞ itself, NaN NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> LogOnePlus(Vector<float> x) => LaneMath.LogOnePlus(new VectorLanes(x)).Value;

    /// <summary>1 / (1 + e^−x) within 3 ULP, denormal results included. NaN gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sigmoid(Vector<float> x) => LaneMath.Sigmoid(new VectorLanes(x)).Value;

    /// <summary>The hyperbolic tangent within 2 ULP. NaN gives NaN; −0 gives −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Tanh(Vector<float> x) => LaneMath.Tanh(new VectorLanes(x)).Value;

    /// <summary>The error function within 3 ULP. NaN gives NaN; −0 gives −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Erf(Vector<float> x) => LaneMath.Erf(new VectorLanes(x)).Value;

    /// <summary>ln(1 + e^x) within 4 ULP; it is x for large x and e^x for small. NaN gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Softplus(Vector<float> x) => LaneMath.Softplus(new VectorLanes(x)).Value;

    /// <summary>The sine within 2.5 ULP, of an angle in radians. Infinities and NaN give NaN; −0 gives −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sin(Vector<float> x) => LaneTrigonometry.Sin(new VectorLanes(x)).Value;

    /// <summary>The cosine within 2.5 ULP, of an angle in radians. Infinities and NaN give NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Cos(Vector<float> x) => LaneTrigonometry.Cos(new VectorLanes(x)).Value;

    /// <summary>The angle from −π/2 to π/2 whose sine is x, within 3 ULP. NaN beyond ±1; −0 gives −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Asin(Vector<float> x) => LaneTrigonometry.Asin(new VectorLanes(x)).Value;

    /// <summary>The angle from 0 to π whose cosine is x, within 3 ULP. NaN beyond ±1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Acos(Vector<float> x) => LaneTrigonometry.Acos(new VectorLanes(x)).Value;

    /// <summary>The angle from −π/2 to π/2 whose tangent is x, within 3 ULP. NaN gives NaN; −0 gives −0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Atan(Vector<float> x) => LaneTrigonometry.Atan(new VectorLanes(x)).Value;

    /// <summary>The nearest whole number, halves to the even one. NaN gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Round(Vector<float> x)
    {
        // From 2^23 on all floats are whole; below, adding it rounds. The sign goes back for zeros that were negative.
        Vector<float> whole = Simd.Fill(8388608f);
        Vector<float> size = Vector.Abs(x);
        Vector<float> rounded = (size + whole - whole) | (x & Simd.Fill(-0f));
        return Vector.ConditionalSelect(Vector.LessThan(size, whole), rounded, x);
    }

    /// <summary>−1, 0 or 1 in every lane; NaN gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sign(Vector<float> x)
    {
        // Zeros and NaN are their own signs.
        Vector<float> one = Simd.Fill(1f) | (x & Simd.Fill(-0f));
        return Vector.ConditionalSelect(Vector.GreaterThan(Vector.Abs(x), Vector<float>.Zero), one, x);
    }

    /// <summary>The larger of two in every lane; a NaN on either side gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Max(Vector<float> a, Vector<float> b) => Simd.Max(a, b);

    /// <summary>The larger of two in every lane; a NaN on either side gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Max(Vector<double> a, Vector<double> b) =>
        Vector.ConditionalSelect(Vector.BitwiseOr(Vector.GreaterThanOrEqual(a, b), Vector.OnesComplement(Vector.Equals(a, a))), a, b);

    /// <summary>The larger of two in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<int> Max(Vector<int> a, Vector<int> b) => Vector.Max(a, b);

    /// <summary>The smaller of two in every lane; a NaN on either side gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Min(Vector<float> a, Vector<float> b) => Simd.Min(a, b);

    /// <summary>The smaller of two in every lane; a NaN on either side gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Min(Vector<double> a, Vector<double> b) =>
        Vector.ConditionalSelect(Vector.BitwiseOr(Vector.LessThanOrEqual(a, b), Vector.OnesComplement(Vector.Equals(a, a))), a, b);

    /// <summary>The smaller of two in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<int> Min(Vector<int> a, Vector<int> b) => Vector.Min(a, b);
}

#nullable enable
using System.Numerics;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// What a reduction does with the elements of a line: total = Combine of Prepare(x) over all x, beginning at Start;
/// the result is Finish(total). Small structs, so that the JIT compiles the loops once for each.
/// </summary>
public interface IReduction
{
    /// <summary>The total of no elements.</summary>
    float Start { get; }

    /// <summary>What an element contributes.</summary>
    Vector<float> Prepare(Vector<float> x);

    /// <summary>Two totals in one.</summary>
    Vector<float> Combine(Vector<float> a, Vector<float> b);

    /// <summary>The result from the total of <paramref name="count"/> elements.</summary>
    Vector<float> Finish(Vector<float> total, int count);
}

/// <summary>ONNX ReduceSum: Σ x; 0 for no elements.</summary>
public readonly struct SumReduction : IReduction
{
    /// <inheritdoc/>
    public float Start => 0f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Prepare(Vector<float> x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Combine(Vector<float> a, Vector<float> b) => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Finish(Vector<float> total, int count) => total;
}

/// <summary>ONNX ReduceMean, GlobalAveragePool: Σ x / n; NaN for no elements.</summary>
public readonly struct MeanReduction : IReduction
{
    /// <inheritdoc/>
    public float Start => 0f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Prepare(Vector<float> x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Combine(Vector<float> a, Vector<float> b) => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Finish(Vector<float> total, int count) => total / Simd.Fill(count);
}

/// <summary>ONNX ReduceMax, GlobalMaxPool: the largest; NaN if there is one; −∞ for no elements.</summary>
public readonly struct MaxReduction : IReduction
{
    /// <inheritdoc/>
    public float Start => float.NegativeInfinity;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Prepare(Vector<float> x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Combine(Vector<float> a, Vector<float> b) => Simd.Max(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Finish(Vector<float> total, int count) => total;
}

/// <summary>ONNX ReduceMin: the smallest; NaN if there is one; +∞ for no elements.</summary>
public readonly struct MinReduction : IReduction
{
    /// <inheritdoc/>
    public float Start => float.PositiveInfinity;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Prepare(Vector<float> x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Combine(Vector<float> a, Vector<float> b) => Simd.Min(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Finish(Vector<float> total, int count) => total;
}

/// <summary>ONNX ReduceProd: Π x; 1 for no elements.</summary>
public readonly struct ProdReduction : IReduction
{
    /// <inheritdoc/>
    public float Start => 1f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Prepare(Vector<float> x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Combine(Vector<float> a, Vector<float> b) => a * b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Finish(Vector<float> total, int count) => total;
}

/// <summary>ONNX ReduceL1: Σ |x|.</summary>
public readonly struct L1Reduction : IReduction
{
    /// <inheritdoc/>
    public float Start => 0f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Prepare(Vector<float> x) => Vector.Abs(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Combine(Vector<float> a, Vector<float> b) => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Finish(Vector<float> total, int count) => total;
}

/// <summary>ONNX ReduceL2: √Σ x².</summary>
public readonly struct L2Reduction : IReduction
{
    /// <inheritdoc/>
    public float Start => 0f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Prepare(Vector<float> x) => x * x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Combine(Vector<float> a, Vector<float> b) => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Finish(Vector<float> total, int count) => Vector.SquareRoot(total);
}

/// <summary>ONNX ReduceSumSquare: Σ x².</summary>
public readonly struct SumSquareReduction : IReduction
{
    /// <inheritdoc/>
    public float Start => 0f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Prepare(Vector<float> x) => x * x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Combine(Vector<float> a, Vector<float> b) => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Finish(Vector<float> total, int count) => total;
}

/// <summary>ONNX ReduceLogSum: ln Σ x.</summary>
public readonly struct LogSumReduction : IReduction
{
    /// <inheritdoc/>
    public float Start => 0f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Prepare(Vector<float> x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Combine(Vector<float> a, Vector<float> b) => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Finish(Vector<float> total, int count) => VectorMath.Log(total);
}

#nullable enable
using System.Numerics;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// A function applied to every element as a kernel's last step. Implementations are small structs passed by value, so that
/// the JIT compiles each kernel once per activation with the function, and its constants' layout, in line.
/// </summary>
public interface IActivation
{
    /// <summary>The function of one element.</summary>
    float Apply(float x);

    /// <summary>The function of every lane; agrees with the scalar form to within its stated error.</summary>
    Vector<float> Apply(Vector<float> x);

    /// <summary>
    /// The function of every lane of a vector of any width. Not for methods that are to be inlined: .NET 9 inlines none that calls a generic
    /// method of an interface. So each activation has its function as a method of the struct as well, <c>Of</c>.
    /// </summary>
    internal TLanes Apply<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>;
}

/// <summary>y = x.</summary>
public readonly struct Identity : IActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x) => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Apply(Vector<float> x) => Of(new VectorLanes(x)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLanes IActivation.Apply<TLanes>(TLanes x) => Of(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes Of<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes> => x;
}

/// <summary>ONNX Relu: y = max(x, 0). NaN stays NaN; −0 stays −0.</summary>
public readonly struct Relu : IActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x) => x < 0f ? 0f : x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Apply(Vector<float> x) => Of(new VectorLanes(x)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLanes IActivation.Apply<TLanes>(TLanes x) => Of(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes Of<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        return v.AtLeast(x, v.Fill(0f));
    }
}

/// <summary>ONNX Clip: y = min(max(x, min), max). NaN stays NaN. Where min exceeds max the answer is max.</summary>
public readonly struct Clip : IActivation
{
    private readonly float _min;
    private readonly float _max;

    /// <summary>Sets the two bounds; use the infinities for an absent one.</summary>
    public Clip(float min, float max)
    {
        _min = min;
        _max = max;
    }

    /// <summary>The lower bound.</summary>
    internal float Low => _min;

    /// <summary>The upper bound.</summary>
    internal float High => _max;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x)
    {
        float low = x < _min ? _min : x;
        return low > _max ? _max : low;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Apply(Vector<float> x) => Of(new VectorLanes(x)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLanes IActivation.Apply<TLanes>(TLanes x) => Of(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes Of<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        return v.AtMost(v.AtLeast(x, v.Fill(_min)), v.Fill(_max));
    }
}

/// <summary>ONNX LeakyRelu: y = x for x ≥ 0, alpha·x below.</summary>
public readonly struct LeakyRelu : IActivation
{
    private readonly float _alpha;

    /// <summary>Sets the slope below zero.</summary>
    public LeakyRelu(float alpha)
    {
        _alpha = alpha;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x) => x < 0f ? x * _alpha : x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Apply(Vector<float> x) => Of(new VectorLanes(x)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLanes IActivation.Apply<TLanes>(TLanes x) => Of(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes Of<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        return v.Select(v.Less(x, v.Fill(0f)), v.Multiply(x, v.Fill(_alpha)), x);
    }
}

/// <summary>ONNX HardSigmoid: y = max(0, min(1, alpha·x + beta)). NaN stays NaN.</summary>
public readonly struct HardSigmoid : IActivation
{
    private readonly float _alpha;
    private readonly float _beta;

    /// <summary>Sets slope and offset.</summary>
    public HardSigmoid(float alpha, float beta)
    {
        _alpha = alpha;
        _beta = beta;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x) => new Clip(0f, 1f).Apply((x * _alpha) + _beta);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Apply(Vector<float> x) => Of(new VectorLanes(x)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLanes IActivation.Apply<TLanes>(TLanes x) => Of(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes Of<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        return v.AtMost(v.AtLeast(v.MultiplyAdd(x, v.Fill(_alpha), v.Fill(_beta)), v.Fill(0f)), v.Fill(1f));
    }
}

/// <summary>ONNX HardSwish: y = x · max(0, min(1, x/6 + 0.5)).</summary>
public readonly struct HardSwish : IActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Apply(float x) => x * new HardSigmoid(1f / 6f, 0.5f).Apply(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Apply(Vector<float> x) => Of(new VectorLanes(x)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLanes IActivation.Apply<TLanes>(TLanes x) => Of(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes Of<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        return v.Multiply(x, new HardSigmoid(1f / 6f, 0.5f).Of(x));
    }
}

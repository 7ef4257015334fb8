#nullable enable
using System.Numerics;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

// The scalar forms are one lane of the vector forms, so that an element's result does not depend on its place in a tensor.

/// <summary>ONNX Sigmoid: y = 1 / (1 + e^−x).</summary>
public readonly struct Sigmoid : IActivation
{
    /// <inheritdoc/>
    public float Apply(float x) => Apply(new Vector<float>(x))[0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Apply(Vector<float> x) => Of(new VectorLanes(x)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLanes IActivation.Apply<TLanes>(TLanes x) => Of(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes Of<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes> => LaneMath.Sigmoid(x);
}

/// <summary>ONNX Tanh.</summary>
public readonly struct Tanh : IActivation
{
    /// <inheritdoc/>
    public float Apply(float x) => Apply(new Vector<float>(x))[0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Apply(Vector<float> x) => Of(new VectorLanes(x)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLanes IActivation.Apply<TLanes>(TLanes x) => Of(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes Of<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes> => LaneMath.Tanh(x);
}

/// <summary>ONNX Erf.</summary>
public readonly struct Erf : IActivation
{
    /// <inheritdoc/>
    public float Apply(float x) => Apply(new Vector<float>(x))[0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Apply(Vector<float> x) => Of(new VectorLanes(x)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLanes IActivation.Apply<TLanes>(TLanes x) => Of(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes Of<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes> => LaneMath.Erf(x);
}

/// <summary>ONNX Exp.</summary>
public readonly struct Exp : IActivation
{
    /// <inheritdoc/>
    public float Apply(float x) => Apply(new Vector<float>(x))[0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Apply(Vector<float> x) => Of(new VectorLanes(x)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLanes IActivation.Apply<TLanes>(TLanes x) => Of(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes Of<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes> => LaneMath.Exp(x);
}

/// <summary>ONNX Log.</summary>
public readonly struct Log : IActivation
{
    /// <inheritdoc/>
    public float Apply(float x) => Apply(new Vector<float>(x))[0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Apply(Vector<float> x) => Of(new VectorLanes(x)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLanes IActivation.Apply<TLanes>(TLanes x) => Of(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes Of<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes> => LaneMath.Log(x);
}

/// <summary>ONNX Softplus: y = ln(1 + e^x).</summary>
public readonly struct Softplus : IActivation
{
    /// <inheritdoc/>
    public float Apply(float x) => Apply(new Vector<float>(x))[0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Apply(Vector<float> x) => Of(new VectorLanes(x)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLanes IActivation.Apply<TLanes>(TLanes x) => Of(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes Of<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes> => LaneMath.Softplus(x);
}

/// <summary>SiLU, Swish: y = x / (1 + e^−(alpha·x)); alpha is 1 for SiLU.</summary>
public readonly struct Silu : IActivation
{
    private readonly float _alpha;

    /// <summary>Sets the factor inside the sigmoid.</summary>
    public Silu(float alpha)
    {
        _alpha = alpha;
    }

    /// <inheritdoc/>
    public float Apply(float x) => Apply(new Vector<float>(x))[0];

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
        return v.Multiply(x, LaneMath.Sigmoid(v.Multiply(x, v.Fill(_alpha))));
    }
}

/// <summary>ONNX Gelu (approximate = none): y = x/2 · (1 + erf(x / √2)).</summary>
public readonly struct Gelu : IActivation
{
    /// <inheritdoc/>
    public float Apply(float x) => Apply(new Vector<float>(x))[0];

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
        TLanes half = v.Multiply(x, v.Fill(0.5f));
        return v.MultiplyAdd(half, LaneMath.Erf(v.Multiply(x, v.Fill(0.70710678f))), half);
    }
}

/// <summary>Gelu times a number: y = factor · x/2 · (1 + erf(x / √2)).</summary>
public readonly struct ScaledGelu : IActivation
{
    private readonly float _factor;

    /// <summary>Sets the factor.</summary>
    public ScaledGelu(float factor)
    {
        _factor = factor;
    }

    /// <inheritdoc/>
    public float Apply(float x) => Apply(new Vector<float>(x))[0];

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
        TLanes half = v.Multiply(x, v.Fill(0.5f * _factor));
        return v.MultiplyAdd(half, LaneMath.Erf(v.Multiply(x, v.Fill(0.70710678f))), half);
    }
}

/// <summary>ONNX Gelu (approximate = tanh): y = x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³))).</summary>
public readonly struct GeluTanh : IActivation
{
    /// <inheritdoc/>
    public float Apply(float x) => Apply(new Vector<float>(x))[0];

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
        TLanes half = v.Multiply(x, v.Fill(0.5f));
        TLanes inner = v.Multiply(v.MultiplyAdd(v.Multiply(v.Multiply(x, x), x), v.Fill(0.044715f), x), v.Fill(0.79788456f));
        return v.MultiplyAdd(half, LaneMath.Tanh(inner), half);
    }
}

/// <summary>ONNX Elu: y = x for x ≥ 0, alpha · (e^x − 1) below.</summary>
public readonly struct Elu : IActivation
{
    private readonly float _alpha;

    /// <summary>Sets the limit below zero, −alpha.</summary>
    public Elu(float alpha)
    {
        _alpha = alpha;
    }

    /// <inheritdoc/>
    public float Apply(float x) => Apply(new Vector<float>(x))[0];

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
        return v.Select(v.Less(x, v.Fill(0f)), v.Multiply(LaneMath.ExpMinusOne(x), v.Fill(_alpha)), x);
    }
}

/// <summary>ONNX Selu: y = gamma · x for x &gt; 0, gamma · alpha · (e^x − 1) otherwise.</summary>
public readonly struct Selu : IActivation
{
    private readonly float _alpha;
    private readonly float _gamma;

    /// <summary>Sets both constants.</summary>
    public Selu(float alpha, float gamma)
    {
        _alpha = alpha;
        _gamma = gamma;
    }

    /// <inheritdoc/>
    public float Apply(float x) => Apply(new Vector<float>(x))[0];

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
        return v.Multiply(new Elu(_alpha).Of(x), v.Fill(_gamma));
    }
}

/// <summary>ONNX Mish: y = x · tanh(ln(1 + e^x)).</summary>
public readonly struct Mish : IActivation
{
    /// <inheritdoc/>
    public float Apply(float x) => Apply(new Vector<float>(x))[0];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Apply(Vector<float> x) => Of(new VectorLanes(x)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLanes IActivation.Apply<TLanes>(TLanes x) => Of(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes Of<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        // With w = e^x the tangent is (w² + 2w) / (w² + 2w + 2); beyond 20 it is 1.
        TLanes v = default;
        TLanes w = LaneMath.Exp(v.AtMost(x, v.Fill(20f)));
        TLanes n = v.Multiply(w, v.Add(w, v.Fill(2f)));
        return v.Multiply(x, v.Divide(n, v.Add(n, v.Fill(2f))));
    }
}

#nullable enable
using System.Numerics;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>y = alpha·x + beta, as recurrent layers name it.</summary>
public readonly struct Affine : IActivation
{
    private readonly float _alpha;
    private readonly float _beta;

    /// <summary>Sets slope and offset.</summary>
    public Affine(float alpha, float beta)
    {
        _alpha = alpha;
        _beta = beta;
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
        return v.MultiplyAdd(x, v.Fill(_alpha), v.Fill(_beta));
    }
}

/// <summary>y = alpha · tanh(beta·x), as recurrent layers name it.</summary>
public readonly struct ScaledTanh : IActivation
{
    private readonly float _alpha;
    private readonly float _beta;

    /// <summary>Sets the factors outside and inside.</summary>
    public ScaledTanh(float alpha, float beta)
    {
        _alpha = alpha;
        _beta = beta;
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
        return v.Multiply(LaneMath.Tanh(v.Multiply(x, v.Fill(_beta))), v.Fill(_alpha));
    }
}

/// <summary>ONNX Softsign: y = x / (1 + |x|).</summary>
public readonly struct Softsign : IActivation
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
        return v.Divide(x, v.Add(v.Fill(1f), v.Abs(x)));
    }
}

/// <summary>y = x for x ≥ alpha, 0 below, as recurrent layers name it.</summary>
public readonly struct ThresholdedRelu : IActivation
{
    private readonly float _alpha;

    /// <summary>Sets the threshold.</summary>
    public ThresholdedRelu(float alpha)
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
        return v.Select(v.LessOrEqual(v.Fill(_alpha), x), x, v.Fill(0f));
    }
}

/// <summary>An activation of arguments that are first bounded to −threshold … threshold: the clip of recurrent layers.</summary>
/// <typeparam name="TActivation">The activation.</typeparam>
public readonly struct Clipped<TActivation> : IActivation
    where TActivation : struct, IActivation
{
    private readonly float _threshold;
    private readonly TActivation _activation;

    /// <summary>Sets the bound and the activation.</summary>
    public Clipped(float threshold, TActivation activation)
    {
        _threshold = threshold;
        _activation = activation;
    }

    /// <inheritdoc/>
    public float Apply(float x) => _activation.Apply(new Clip(-_threshold, _threshold).Apply(x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector<float> Apply(Vector<float> x) => Of(new VectorLanes(x)).Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TLanes IActivation.Apply<TLanes>(TLanes x) => Of(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes Of<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes> => _activation.Apply(new Clip(-_threshold, _threshold).Of(x));
}

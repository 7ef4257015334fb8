#nullable enable
using System.Numerics;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

// The scalar forms are one lane of the vector forms, so that an element's result does not depend on its place in a tensor.

/// <summary>ONNX Sin.</summary>
public readonly struct Sin : IActivation
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
        where TLanes : struct, ILanes<TLanes> => LaneTrigonometry.Sin(x);
}

/// <summary>ONNX Cos.</summary>
public readonly struct Cos : IActivation
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
        where TLanes : struct, ILanes<TLanes> => LaneTrigonometry.Cos(x);
}

/// <summary>ONNX Asin: the angle from −π/2 to π/2 whose sine is x.</summary>
public readonly struct Asin : IActivation
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
        where TLanes : struct, ILanes<TLanes> => LaneTrigonometry.Asin(x);
}

/// <summary>ONNX Acos: the angle from 0 to π whose cosine is x.</summary>
public readonly struct Acos : IActivation
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
        where TLanes : struct, ILanes<TLanes> => LaneTrigonometry.Acos(x);
}

/// <summary>ONNX Atan: the angle from −π/2 to π/2 whose tangent is x.</summary>
public readonly struct Atan : IActivation
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
        where TLanes : struct, ILanes<TLanes> => LaneTrigonometry.Atan(x);
}

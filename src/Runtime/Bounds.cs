#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Bounds of every result: what Relu and Clip come to. A large kernel takes them instead of the activation, so that it is compiled
/// once; other activations follow as a pass of their own.
/// </summary>
internal readonly struct Bounds
{
    private Bounds(float low, float high)
    {
        Low = low;
        High = high;
    }

    /// <summary>The lower bound.</summary>
    internal float Low { get; }

    /// <summary>The upper bound.</summary>
    internal float High { get; }

    /// <summary>True if the activation is nothing but bounds; a constant when a method is compiled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Suffice<TActivation>()
        where TActivation : struct, IActivation =>
        typeof(TActivation) == typeof(Identity) || typeof(TActivation) == typeof(Relu) || typeof(TActivation) == typeof(Clip);

    /// <summary>
    /// The activation where it is nothing but bounds; other activations leave <paramref name="x"/> as it is. By the activation's own type, since
    /// kernels have it inlined (see <see cref="IActivation.Apply{TLanes}"/>).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Keep<TLanes, TActivation>(TActivation activation, TLanes x)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation
    {
        if (typeof(TActivation) == typeof(Relu)) return default(Relu).Of(x);
        return typeof(TActivation) == typeof(Clip) ? Unsafe.As<TActivation, Clip>(ref activation).Of(x) : x;
    }

    /// <summary>The activation's bounds, infinite where it has none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Bounds Of<TActivation>(TActivation activation)
        where TActivation : struct, IActivation
    {
        if (typeof(TActivation) == typeof(Relu))
        {
            return new Bounds(0f, float.PositiveInfinity);
        }

        if (typeof(TActivation) == typeof(Clip))
        {
            Clip clip = Unsafe.As<TActivation, Clip>(ref activation);
            return new Bounds(clip.Low, clip.High);
        }

        return new Bounds(float.NegativeInfinity, float.PositiveInfinity);
    }
}

#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>2 sums without vectors: .NET Standard.</summary>
internal readonly struct ScalarIntegerLanes : IPairLanes<ScalarIntegerLanes>
{
    private readonly int _a;
    private readonly int _b;
    private readonly int _c;
    private readonly int _d;

    private ScalarIntegerLanes(int a, int b, int c, int d)
    {
        _a = a;
        _b = b;
        _c = c;
        _d = d;
    }

    /// <inheritdoc/>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarIntegerLanes Fill(int value) => new(value, value, value, value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref short At(ref short origin, nint offset) => ref Unsafe.Add(ref origin, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarIntegerLanes Repeat(ref short origin, nint offset)
    {
        ref short x = ref Unsafe.Add(ref origin, offset);
        return new(x, Unsafe.Add(ref x, 1), Unsafe.Add(ref x, 2), Unsafe.Add(ref x, 3));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarIntegerLanes Pair(ref short origin, nint first, nint second)
    {
        ref short a = ref Unsafe.Add(ref origin, first);
        ref short b = ref Unsafe.Add(ref origin, second);
        return new(a, b, Unsafe.Add(ref a, 1), Unsafe.Add(ref b, 1));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarIntegerLanes Weights(ref sbyte origin, nint offset, ScalarIntegerLanes zero)
    {
        ref sbyte w = ref Unsafe.Add(ref origin, offset);
        return unchecked(new(w - zero._a, Unsafe.Add(ref w, 1) - zero._a, Unsafe.Add(ref w, 2) - zero._a, Unsafe.Add(ref w, 3) - zero._a));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarIntegerLanes MultiplyAdd(ScalarIntegerLanes x, ScalarIntegerLanes weights, ScalarIntegerLanes sums)
        => unchecked(new(sums._a + (x._a * weights._a) + (x._b * weights._b), sums._b + (x._c * weights._c) + (x._d * weights._d), 0, 0));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ScalarIntegerLanes sums, ref int to)
    {
        to = sums._a;
        Unsafe.Add(ref to, 1) = sums._b;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreFolded(ScalarIntegerLanes first, ScalarIntegerLanes second, ref int to)
    {
        to = unchecked(first._a + first._b);
        Unsafe.Add(ref to, 1) = unchecked(second._a + second._b);
    }
}

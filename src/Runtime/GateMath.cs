#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>What the cells of recurrent layers compute between their activations. All spans are as long as the first; that may be an operand.</summary>
internal static class GateMath
{
    /// <summary>to = to + a × b.</summary>
    internal static void AddProduct(Span<float> to, ReadOnlySpan<float> a, ReadOnlySpan<float> b) => Run<Sum>(to, to, a, b);

    /// <summary>to = c + a × b.</summary>
    internal static void AddProduct(Span<float> to, ReadOnlySpan<float> c, ReadOnlySpan<float> a, ReadOnlySpan<float> b) => Run<Sum>(to, c, a, b);

    /// <summary>to = to × a.</summary>
    internal static void Multiply(Span<float> to, ReadOnlySpan<float> a) => Run<Product>(to, to, a, a);

    /// <summary>to = to + a.</summary>
    internal static void Add(Span<float> to, ReadOnlySpan<float> a) => Run<Addition>(to, to, a, a);

    /// <summary>to = share × a + (1 − share) × b.</summary>
    internal static void Mix(Span<float> to, ReadOnlySpan<float> share, ReadOnlySpan<float> a, ReadOnlySpan<float> b) => Run<Mixture>(to, share, a, b);

    /// <summary>A function of three operands.</summary>
    private interface IFunction
    {
        TLanes Of<TLanes>(TLanes a, TLanes b, TLanes c)
            where TLanes : struct, ILanes<TLanes>;
    }

    private static void Run<TFunction>(Span<float> to, ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> c)
        where TFunction : struct, IFunction
    {
        if (a.Length < to.Length || b.Length < to.Length || c.Length < to.Length)
        {
            throw new ArgumentException("A span is shorter than the cell's units need.");
        }

        ref float y = ref MemoryMarshal.GetReference(to);
        ref float first = ref MemoryMarshal.GetReference(a);
        ref float second = ref MemoryMarshal.GetReference(b);
        ref float third = ref MemoryMarshal.GetReference(c);
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported)
        {
            Run<Lanes512, TFunction>(ref y, ref first, ref second, ref third, to.Length);
            return;
        }
#endif
        Run<VectorLanes, TFunction>(ref y, ref first, ref second, ref third, to.Length);
    }

    [MethodImpl(Simd.Hot)]
    private static void Run<TLanes, TFunction>(ref float y, ref float a, ref float b, ref float c, int length)
        where TLanes : struct, ILanes<TLanes>
        where TFunction : struct, IFunction
    {
        unchecked
        {
            TLanes f = default;
            int i = 0;
            for (; i <= length - f.Count; i += f.Count)
            {
                f.Store(default(TFunction).Of(f.Load(ref a, i), f.Load(ref b, i), f.Load(ref c, i)), ref y, i);
            }

            int left = length - i;
            if (left > 0)
            {
                f.StoreUpTo(default(TFunction).Of(f.LoadUpTo(ref a, i, left), f.LoadUpTo(ref b, i, left), f.LoadUpTo(ref c, i, left)), ref y, i, left);
            }
        }
    }

    private readonly struct Sum : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Of<TLanes>(TLanes a, TLanes b, TLanes c)
            where TLanes : struct, ILanes<TLanes> => default(TLanes).MultiplyAdd(b, c, a);
    }

    private readonly struct Product : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Of<TLanes>(TLanes a, TLanes b, TLanes c)
            where TLanes : struct, ILanes<TLanes> => default(TLanes).Multiply(a, b);
    }

    private readonly struct Addition : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Of<TLanes>(TLanes a, TLanes b, TLanes c)
            where TLanes : struct, ILanes<TLanes> => default(TLanes).Add(a, b);
    }

    private readonly struct Mixture : IFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Of<TLanes>(TLanes a, TLanes b, TLanes c)
            where TLanes : struct, ILanes<TLanes>
        {
            TLanes f = default;
            return f.MultiplyAdd(a, b, f.Multiply(f.Subtract(f.Fill(1f), a), c));
        }
    }
}

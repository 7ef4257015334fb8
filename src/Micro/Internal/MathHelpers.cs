namespace Internal.Runtime.CompilerHelpers;

/// <summary>
/// Divisions, which ILC asks for by name: it does not use the processor's instruction. Division by a constant is no call; generated code avoids others.
/// </summary>
internal static class MathHelpers
{
    private static int IDiv(int dividend, int divisor) => (int)WithSign(UDiv(Size(dividend), Size(divisor)), dividend ^ divisor);

    private static int IMod(int dividend, int divisor) => (int)WithSign(UMod(Size(dividend), Size(divisor)), dividend);

    private static uint UDiv(uint dividend, uint divisor)
    {
        Divide(dividend, divisor, out uint quotient);
        return quotient;
    }

    private static uint UMod(uint dividend, uint divisor) => Divide(dividend, divisor, out _);

    private static long LDiv(long dividend, long divisor)
    {
        ulong quotient = ULDiv(Size(dividend), Size(divisor));
        return (dividend ^ divisor) < 0 ? -(long)quotient : (long)quotient;
    }

    private static long LMod(long dividend, long divisor)
    {
        ulong rest = ULMod(Size(dividend), Size(divisor));
        return dividend < 0 ? -(long)rest : (long)rest;
    }

    private static ulong ULDiv(ulong dividend, ulong divisor)
    {
        Divide(dividend, divisor, out ulong quotient);
        return quotient;
    }

    private static ulong ULMod(ulong dividend, ulong divisor) => Divide(dividend, divisor, out _);

    /// <summary>Gives the rest: by the floating-point unit where floats hold both, which leaves no quotient that rounding could lift to the next integer; else by long division, a bit at a time.</summary>
    private static uint Divide(uint dividend, uint divisor, out uint quotient)
    {
        if (divisor == 0) ThrowHelpers.Stop();
        if ((dividend | divisor) >> 24 == 0)
        {
            quotient = (uint)(int)((float)(int)dividend / (float)(int)divisor);
            return dividend - (quotient * divisor);
        }

        uint rest = 0;
        quotient = 0;
        for (int bit = 0; bit < 32; bit++)
        {
            bool isBeyond = rest >> 31 != 0;
            rest = (rest << 1) | (dividend >> 31);
            dividend <<= 1;
            quotient <<= 1;
            if (!isBeyond && rest < divisor) continue;
            rest -= divisor;
            quotient |= 1;
        }

        return rest;
    }

    /// <summary>Long division, a bit at a time; gives the rest.</summary>
    private static ulong Divide(ulong dividend, ulong divisor, out ulong quotient)
    {
        if (divisor == 0) ThrowHelpers.Stop();
        ulong rest = 0;
        quotient = 0;
        for (int bit = 0; bit < 64; bit++)
        {
            bool isBeyond = rest >> 63 != 0;
            rest = (rest << 1) | (dividend >> 63);
            dividend <<= 1;
            quotient <<= 1;
            if (!isBeyond && rest < divisor) continue;
            rest -= divisor;
            quotient |= 1;
        }

        return rest;
    }

    private static uint Size(int x) => x < 0 ? 0u - (uint)x : (uint)x;

    private static ulong Size(long x) => x < 0 ? 0ul - (ulong)x : (ulong)x;

    private static uint WithSign(uint size, int sign) => sign < 0 ? 0u - size : size;
}

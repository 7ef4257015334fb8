namespace Internal.Runtime.CompilerHelpers;

/// <summary>Where checks end that ILC puts in. Nothing in generated code may fail, so these only stop.</summary>
public static class ThrowHelpers
{
    /// <summary>Stays here: a debugger or a watchdog sees it.</summary>
    public static void Stop()
    {
        while (true)
        {
        }
    }

    private static void ThrowInvalidProgramException(int reason) => Stop();

    private static void ThrowOverflowException() => Stop();

    private static void ThrowIndexOutOfRangeException() => Stop();

    private static void ThrowNullReferenceException() => Stop();

    private static void ThrowDivideByZeroException() => Stop();

    private static void ThrowArrayTypeMismatchException() => Stop();
}

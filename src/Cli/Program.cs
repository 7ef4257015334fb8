namespace RedGen.Cli;

/// <summary>The redgen tool.</summary>
internal static class Program
{
    private static int Main() => 1;
}

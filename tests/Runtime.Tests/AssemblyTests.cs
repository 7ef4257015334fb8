using System.Reflection;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>What the assembly says of itself.</summary>
public sealed class AssemblyTests
{
    [Fact]
    public void Programs_that_are_trimmed_or_compiled_ahead_of_time_can_use_it()
    {
        // The project's IsAotCompatible sets it, and makes errors of what the trim and AOT analyzers find.
        string? value = null;
        foreach (AssemblyMetadataAttribute metadata in typeof(MicroMath).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>())
            if (metadata.Key == "IsTrimmable") value = metadata.Value;
        Assert.Equal("True", value);
    }
}
